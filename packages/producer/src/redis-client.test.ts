import { expect, it } from 'vitest';
import { createClient } from './redis-client.ts';

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });
const IN_SCRIPT = 'ERR Error running script (call to f_1e6e): @user_script:9: @user_script: 9: ';

it.each([
  ["READONLY You can't write against a read only replica.", true],
  [`${IN_SCRIPT}-READONLY You can't write against a read only replica.`, true],
  ['MOVED 3999 127.0.0.1:6381', true],
  ['OOM command not allowed', false],
  ['ERR unknown command', false],
])('after "%s" the connection is made anew: %s', (message, isMadeAnew) => {
  const address = { kind: 'single', endpoint: { host: '127.0.0.1', port: 1 } } as never;
  const client = createClient({ address, redis: undefined, workspace: 'w', timeoutMs: 1_000 }, () => true);
  expect(client.options.reconnectOnError?.(reply(message))).toBe(isMadeAnew);
});
