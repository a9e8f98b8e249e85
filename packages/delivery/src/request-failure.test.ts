import { describe, expect, it } from 'vitest';
import { failureOf } from './request-failure.ts';

function coded(code: string, message = 'what happened'): Error {
  return Object.assign(new Error(message), { code });
}

function fetchFailed(cause: unknown): Error {
  return new TypeError('fetch failed', { cause });
}

describe('failureOf', () => {
  it.each<[string, unknown, string]>([
    ['what the system calls it', fetchFailed(coded('ECONNREFUSED')), 'ECONNREFUSED'],
    [
      'the first of several addresses',
      fetchFailed(new AggregateError([coded('ECONNREFUSED'), coded('EHOSTUNREACH')])),
      'ECONNREFUSED',
    ],
    [
      'a socket that the other side closed',
      new TypeError('terminated', { cause: coded('UND_ERR_SOCKET') }),
      'ECONNRESET',
    ],
    ['a connection that took too long', fetchFailed(coded('UND_ERR_CONNECT_TIMEOUT')), 'TIMEOUT'],
    ['headers that took too long', fetchFailed(coded('UND_ERR_HEADERS_TIMEOUT')), 'TIMEOUT'],
    ['a body that took too long', fetchFailed(coded('UND_ERR_BODY_TIMEOUT')), 'TIMEOUT'],
    ["the SDK's deadline", new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'TIMEOUT'],
    ['a certificate', fetchFailed(coded('CERT_HAS_EXPIRED')), 'CERT_HAS_EXPIRED'],
    ['an error without code', new Error('odd'), 'NETWORK'],
    ['something that is no error', 'odd', 'NETWORK'],
  ])('names %s', (_what, error, code) => {
    expect(failureOf(error)).toMatchObject({ kind: 'failure', code });
  });

  it('takes nothing over but code and message', () => {
    const error = Object.assign(coded('ECONNRESET'), { request: { headers: { authorization: 'Basic secret' } } });
    expect(JSON.stringify(failureOf(fetchFailed(error)))).not.toContain('secret');
  });
});
