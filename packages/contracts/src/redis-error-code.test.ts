import { describe, expect, it } from 'vitest';
import { redisErrorCode } from './redis-error-code.ts';

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });
/** As Redis 6.2 words what `message` was inside a script. */
const inScript = (message: string) =>
  reply(`ERR Error running script (call to f_1e6efd00ab50dd564a9f13e5775e27b966c2141e): @user_script:42: ${message}`);

describe('the code of an error of Redis', () => {
  it.each([
    [reply("OOM command not allowed when used memory > 'maxmemory'."), 'OOM'],
    [reply("OOM command not allowed when used memory > 'maxmemory'. script: 1e6efd00, on @user_script:42."), 'OOM'],
    [reply("READONLY You can't write against a read only replica."), 'READONLY'],
    [reply('TRYAGAIN the number of lanes is being changed'), 'TRYAGAIN'],
    [reply('ERR unknown command'), 'ERR'],
    [reply('no code at all'), ''],
  ])('is the first word of "%s": %s', (error, code) => {
    expect(redisErrorCode(error)).toBe(code);
  });

  it.each([
    ["@user_script: 42: -OOM command not allowed when used memory > 'maxmemory'.", 'OOM'],
    ["@user_script: 42: -READONLY You can't write against a read only replica.", 'READONLY'],
    ['@user_script: 42: -MISCONF Errors writing to the AOF file: No space left on device', 'MISCONF'],
    ['@user_script: 42: -NOREPLICAS Not enough good replicas to write.', 'NOREPLICAS'],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', 'ERR'],
    ['@user_script: 42: Unknown Redis command called from Lua script', 'ERR'],
  ])('inside a script of Redis 6.2 is what follows the dash: "%s" is %s', (message, code) => {
    expect(redisErrorCode(inScript(message))).toBe(code);
  });

  it.each([new Error('Connection is closed.'), new Error('OOM but not from Redis'), 'OOM', undefined])(
    'is none for %s, which Redis did not say',
    (error) => {
      expect(redisErrorCode(error)).toBeUndefined();
    },
  );
});
