import { describe, expect, it } from 'vitest';
import type { Answer } from './answer.ts';
import { classify } from './classify.ts';

function response(status: number, body: unknown = {}, retryAfterMs?: number): Answer {
  return { kind: 'response', status, body, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

describe('the verdict on a status', () => {
  it.each([
    [200, 'delivered'],
    [201, 'delivered'],
    [204, 'delivered'],
    [207, 'delivered'],
    [300, 'setup'],
    [301, 'setup'],
    [302, 'setup'],
    [307, 'setup'],
    [308, 'setup'],
    [400, 'bisect'],
    [401, 'setup'],
    [402, 'setup'],
    [403, 'setup'],
    [404, 'setup'],
    [405, 'setup'],
    [407, 'setup'],
    [408, 'transient'],
    [410, 'setup'],
    [413, 'split'],
    [415, 'setup'],
    [418, 'setup'],
    [422, 'bisect'],
    [423, 'transient'],
    [425, 'transient'],
    [429, 'throttled'],
    [431, 'setup'],
    [500, 'transient'],
    [501, 'transient'],
    [502, 'transient'],
    [503, 'transient'],
    [504, 'transient'],
    [522, 'transient'],
    [599, 'transient'],
  ] as const)('of %i without a word is %s', (status, kind) => {
    expect(classify(response(status), 3).kind).toBe(kind);
  });

  it.each([404, 410])(
    'of %i where the address names something is that it is not there: all of it is rejected',
    (status) => {
      const verdict = classify(response(status, { meta: { error: 'no such segment' } }), 2, { namesResource: true });
      const reason = { code: 'REJECTED', message: 'no such segment', status };
      expect(verdict).toEqual({
        kind: 'partial',
        rejected: new Map([
          [0, reason],
          [1, reason],
        ]),
      });
    },
  );

  it('of 502 with an HTML page is transient, and quotes its text', () => {
    expect(classify(response(502, '<html><h1>Bad\n Gateway</h1></html>'), 3)).toMatchObject({
      kind: 'transient',
      error: { code: 'SERVER_ERROR', statusCode: 502, message: expect.stringContaining('"Bad Gateway"') },
    });
  });

  it.each(['<html>Log in to the proxy</html>', '{"errors":[{"batch_ind', 'OK'])(
    'of 200 with %s is no acceptance',
    (body) => {
      expect(classify(response(200, body), 3)).toMatchObject({ kind: 'transient', error: { code: 'UNEXPECTED_BODY' } });
    },
  );

  it.each([null, [], '', ' \n', { errors: null }, { errors: [] }])(
    'of 200 with the harmless body %j is delivered',
    (body) => {
      expect(classify(response(200, body), 3)).toEqual({ kind: 'delivered' });
    },
  );
});

describe('the verdict on a failure', () => {
  it.each(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'TIMEOUT', 'CERT_HAS_EXPIRED', 'NETWORK'])(
    'with %s is transient and keeps the code',
    (code) => {
      const verdict = classify({ kind: 'failure', code, message: 'what happened' }, 3);
      expect(verdict).toEqual({ kind: 'transient', error: { code, message: 'what happened' } });
    },
  );
});

describe('the verdict on a 429', () => {
  it('carries Retry-After where there was one', () => {
    expect(classify(response(429, {}, 7_000), 1)).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 7_000,
      error: { code: 'THROTTLED', statusCode: 429 },
    });
  });

  it('has no Retry-After where there was none', () => {
    expect(classify(response(429), 1)).not.toHaveProperty('retryAfterMs');
  });
});

describe('the errors of an accepted batch', () => {
  const bad = { batch_index: 1, reason: 'invalid', field: 'attributes.plan', message: 'value too long' };

  it.each([200, 207])('reject the operations they list, under status %i', (status) => {
    expect(classify(response(status, { errors: [bad] }), 3)).toEqual({
      kind: 'partial',
      rejected: new Map([[1, { code: 'REJECTED', message: 'value too long', field: 'attributes.plan', status }]]),
    });
  });

  it('are joined where several name one operation', () => {
    const verdict = classify(response(207, { errors: [bad, { batch_index: 1, message: 'no name' }] }), 3);
    expect(verdict).toMatchObject({ kind: 'partial' });
    expect(verdict.kind === 'partial' && verdict.rejected.get(1)).toEqual({
      code: 'REJECTED',
      message: 'value too long; no name',
      field: 'attributes.plan',
      status: 207,
    });
  });

  it('may reject every operation', () => {
    const errors = [0, 1].map((batch_index) => ({ batch_index, message: 'bad' }));
    expect(classify(response(207, { errors }), 2)).toMatchObject({ kind: 'partial', rejected: { size: 2 } });
  });

  it.each([
    ['without an index', { message: 'something is wrong' }],
    ['with an index beyond the batch', { batch_index: 3, message: 'something is wrong' }],
    ['with a negative index', { batch_index: -1, message: 'something is wrong' }],
    ['with an index that is no number', { batch_index: '1', message: 'something is wrong' }],
    ['that are plain text', 'something is wrong'],
  ])('%s make the batch be searched', (_what, error) => {
    expect(classify(response(207, { errors: [bad, error] }), 3)).toMatchObject({
      kind: 'bisect',
      reason: { code: 'REJECTED', message: expect.stringContaining('something is wrong') },
    });
  });

  it('reject the only operation, whatever index they give', () => {
    expect(classify(response(207, { errors: [{ batch_index: 5, message: 'bad' }, { message: 'worse' }] }), 1)).toEqual({
      kind: 'partial',
      rejected: new Map([[0, { code: 'REJECTED', message: 'bad; worse', status: 207 }]]),
    });
  });
});

describe('the reason of a rejection', () => {
  it.each([
    ['the errors of v2', { errors: [{ reason: 'invalid', field: 'batch', message: 'bad batch' }] }, 'bad batch'],
    ['the error of v1', { meta: { error: 'name cannot be blank' } }, 'name cannot be blank'],
    ['the errors of v1', { meta: { errors: ['one', 'two'] } }, 'one; two'],
    ['the detail of the App API', { errors: [{ detail: 'wrong datacenter', status: '301' }] }, 'wrong datacenter'],
    ['a reason without message', { errors: [{ reason: 'invalid' }] }, 'invalid'],
    ['plain text', 'nope', 'nope'],
    ['nothing', {}, 'Customer.io answered 400 without a reason'],
  ])('comes from %s', (_what, body, message) => {
    expect(classify(response(400, body), 3)).toMatchObject({
      kind: 'bisect',
      reason: { code: 'REJECTED', message, status: 400 },
    });
  });

  it('is shortened to one line', () => {
    const verdict = classify(response(400, { meta: { error: `a\n${'b'.repeat(1_000)}` } }), 3);
    expect(verdict.kind === 'bisect' && verdict.reason.message.length).toBe(300);
    expect(verdict.kind === 'bisect' && verdict.reason.message).toMatch(/^a b+…$/);
  });

  it('is TOO_LARGE for a 413', () => {
    expect(classify(response(413), 1)).toMatchObject({ kind: 'split', reason: { code: 'TOO_LARGE', status: 413 } });
  });
});
