import { expect, it } from 'vitest';
import { serializeError } from './error-serializer.ts';

it('keeps the facts that policy decides by', () => {
  const error = Object.assign(new Error('slow down'), { code: 'THROTTLED', statusCode: 429, retryAfterMs: 1_000 });
  expect(serializeError(error)).toEqual({
    code: 'THROTTLED',
    message: 'slow down',
    statusCode: 429,
    retryAfterMs: 1_000,
  });
});

it('keeps of a cause its code and message alone', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', address: '10.0.0.1' });
  const error = Object.assign(new Error('no Redis', { cause }), { code: 'REDIS_DOWN' });
  expect(serializeError(error)).toEqual({
    code: 'REDIS_DOWN',
    message: 'no Redis',
    cause: { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
  });
});

it('shows the stack of an error without a code, which nobody foresaw', () => {
  expect(serializeError(new TypeError('x is not a function'))).toMatchObject({
    message: 'x is not a function',
    stack: expect.stringContaining('error-serializer.test.ts'),
  });
});

it('tells the messages inside an AggregateError that has none of its own', () => {
  const refused = [new Error('connect ECONNREFUSED ::1'), new Error('connect ECONNREFUSED 127.0.0.1')];
  const error = Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED' });
  expect(serializeError(error).message).toBe('connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1');
});

it.each([
  ['text', 'text'],
  [undefined, 'undefined'],
  [null, 'null'],
  [42, '42'],
])('makes a message of a thrown %j', (thrown, message) => {
  expect(serializeError(thrown)).toEqual({ message });
});

it('takes credentials out of messages', () => {
  const error = Object.assign(new Error('GET https://user:hunter2@track.customer.io failed'), { code: 'X' });
  expect(serializeError(error).message).toBe('GET https://***@track.customer.io failed');
});
