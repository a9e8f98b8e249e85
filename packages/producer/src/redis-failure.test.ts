import { expect, it } from 'vitest';
import { classifyRedisFailure, retryDelayMs } from './redis-failure.ts';

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

it.each([
  ['OOM command not allowed when used memory > maxmemory', 'full'],
  ["READONLY You can't write against a read only replica.", 'retryable'],
  ['MISCONF Redis is configured to save RDB snapshots', 'retryable'],
  ['LOADING Redis is loading the dataset in memory', 'retryable'],
  ['BUSY Redis is busy running a script', 'retryable'],
  ['NOAUTH Authentication required.', 'retryable'],
  ['CLUSTERDOWN The cluster is down', 'retryable'],
  ['NOREPLICAS Not enough good replicas to write.', 'retryable'],
  ['NOPERM this user has no permissions to run the evalsha command', 'refused'],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'refused'],
  ['ERR Error running script', 'refused'],
  // As Redis 6.2 words what happens inside a script.
  ['ERR Error running script (call to f_1e6e): @user_script:9: @user_script: 9: -OOM command not allowed', 'full'],
  [
    "ERR Error running script (call to f_1e6e): @user_script:9: @user_script: 9: -READONLY You can't write",
    'retryable',
  ],
  ['ERR Error running script (call to f_1e6e): @user_script:9: @user_script: 9: -MISCONF Errors writing', 'retryable'],
  ['ERR Error running script (call to f_1e6e): @user_script:9: WRONGTYPE Operation against a key', 'refused'],
])('takes "%s" for %s', (message, expected) => {
  expect(classifyRedisFailure(reply(message))).toBe(expected);
});

it.each([new Error('Connection is closed.'), new Error('ERR but not from Redis'), 'text', undefined])(
  'takes %s, which Redis did not say, for a lost answer',
  (error) => {
    expect(classifyRedisFailure(error)).toBe('disconnected');
  },
);

it('pauses longer after each failure, with jitter, and never longer than a second', () => {
  expect([1, 2, 3, 6, 1_000].map((failures) => retryDelayMs(failures, () => 1))).toEqual([50, 100, 200, 1_000, 1_000]);
  expect(retryDelayMs(3, () => 0)).toBe(100);
});
