import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { workspaceKeys } from '@cio-fleet/contracts';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { SEGMENT_PATHS } from '../src/segment/segment-call.ts';
import { WRITE_KEY } from './support/post-message.ts';
import { type SegmentGateway, startSegmentGateway } from './support/segment-gateway.ts';

const redis = new Redis(inject('redisUrl'));
const workspace = uniqueWorkspace('segment');
let gateway: SegmentGateway;
beforeAll(async () => {
  gateway = await startSegmentGateway(inject('redisUrl'), workspace);
});
afterAll(async () => {
  await gateway.stop();
  await redis.quit();
});

const accepted = async () => Number(await redis.hget(workspaceKeys(workspace).ledger, 'accepted'));
const basic = (user: string, password = '') => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const track = (more: object = {}) => ({ type: 'track', userId: '42', event: 'Paid', ...more });
const STRICT = { 'x-strict-mode': '1' };

/** What was counted so far, by what became of it. */
async function outcomes(): Promise<ReadonlyMap<string, number>> {
  const lines = (await gateway.metrics()).matchAll(
    /operations_total\{(?=[^}]*dialect="segment")[^}]*outcome="(\w+)"[^}]*\} (\d+)/g,
  );
  return new Map([...lines].map(([, outcome = '', count]) => [outcome, Number(count)]));
}

/** What was accepted into Redis and dropped, by code, while `run` ran. */
async function effectOf(run: () => Promise<unknown>) {
  const [acceptedBefore, before] = [await accepted(), await outcomes()];
  await run();
  const after = [...(await outcomes())].filter(([outcome]) => outcome !== 'accepted' && outcome !== 'excluded');
  return {
    accepted: (await accepted()) - acceptedBefore,
    dropped: after.flatMap(([code, count]) => new Array<string>(count - (before.get(code) ?? 0)).fill(code)),
  };
}

describe('the calls', () => {
  it.each([...SEGMENT_PATHS, ...SEGMENT_PATHS.map((path) => `${path}/`)])(
    '%s is answered as Segment does',
    async (path) => {
      const message = track({ name: 'Home', groupId: 'acme', previousId: 'old' });
      const response = await gateway.post(path, { ...message, batch: [message] });
      expect([response.status, await response.json()]).toEqual([200, { success: true }]);
      expect(response.headers.get('content-type')).toBe('application/json');
    },
  );

  it('other paths under /v1 are not found, and other methods not allowed', async () => {
    expect((await gateway.post('/v1/constructor', track())).status).toBe(404);
    expect((await gateway.post('/v1/', track())).status).toBe(404);
    const read = await fetch(`${gateway.url}/v1/track`);
    expect([read.status, read.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('paths outside of /v1 are left to others', async () => {
    const response = await gateway.post('/v2/track', track());
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      expect.stringContaining('text/html'),
    ]);
  });

  it('take bodies with gzip', async () => {
    const body = new Uint8Array(gzipSync(JSON.stringify({ batch: [track(), track()] })));
    const effect = await effectOf(() => gateway.post('/v1/batch', body, { 'content-encoding': 'gzip' }));
    expect(effect).toEqual({ accepted: 2, dropped: [] });
  });

  it('do nothing for a message that its sender keeps from Customer.io', async () => {
    const effect = await effectOf(() => gateway.post('/v1/track', track({ integrations: { All: false } })));
    expect(effect).toEqual({ accepted: 0, dropped: [] });
    expect((await outcomes()).get('excluded')).toBe(1);
  });
});

describe('the write key', () => {
  const send = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/v1/t`, { method: 'POST', headers, body: JSON.stringify(body) });

  it('may stand in the body, as browsers send it', async () => {
    const effect = await effectOf(() => send(track({ writeKey: 'demo-key' }), { 'content-type': 'text/plain' }));
    expect(effect).toEqual({ accepted: 1, dropped: [] });
  });

  it.each<[title: string, body: object, headers: Record<string, string>]>([
    ['missing', track(), {}],
    ['wrong', track(), { authorization: basic('other') }],
    ['wrong in the body', track({ writeKey: 'other' }), {}],
    ['not text', track({ writeKey: { $ne: '' } }), {}],
    ['right in the body beside a wrong one', track({ writeKey: 'demo-key' }), { authorization: basic('other') }],
    ['with a password', track(), { authorization: basic('demo-key', 'x') }],
    ['a bearer token', track(), { authorization: 'Bearer demo-key' }],
  ])('that is %s is refused, strict or not, and nothing is accepted', async (_, body, headers) => {
    const statuses: number[] = [];
    const effect = await effectOf(async () => {
      for (const more of [{}, STRICT]) statuses.push((await send(body, { ...headers, ...more })).status);
    });
    expect([statuses, effect]).toEqual([[401, 401], { accepted: 0, dropped: [] }]);
  });
});

const LARGE = 'x'.repeat(33_000);
const DEEP = `${'['.repeat(200)}${']'.repeat(200)}`;

describe('what can never be accepted', () => {
  const CASES: readonly (readonly [
    title: string,
    path: string,
    body: object | string | Uint8Array<ArrayBuffer>,
    code: string,
  ])[] = [
    ['no JSON', '/v1/track', '{"userId":', 'BODY_NOT_JSON'],
    ['no body', '/v1/track', '', 'MESSAGE_NOT_OBJECT'],
    ['a list', '/v1/track', [track()], 'MESSAGE_NOT_OBJECT'],
    ['a batch without messages', '/v1/batch', track(), 'MESSAGE_NOT_OBJECT'],
    ['a body that nests too deep', '/v1/track', `{"a":${DEEP}}`, 'BODY_TOO_DEEP'],
    ['a message without a person', '/v1/track', { event: 'Paid' }, 'IDENTIFIER_MISSING'],
    ['a message without a type', '/v1/batch', { batch: [{ userId: '42' }] }, 'MESSAGE_TYPE_UNKNOWN'],
    ['a message of more than 32 KB', '/v1/track', track({ context: { text: LARGE } }), 'MESSAGE_TOO_LARGE'],
    [
      'an operation that is too large',
      '/v1/track',
      track({ properties: { text: LARGE.slice(0, 32_100) } }),
      'OPERATION_TOO_LARGE',
    ],
    ['a body of more than 500 KB', '/v1/batch', { batch: [], text: 'x'.repeat(513_000) }, 'BODY_TOO_LARGE'],
    [
      'a name that can do harm',
      '/v1/track',
      '{"userId":"42","event":"x","properties":{"__proto__":{"a":1}}}',
      'NAME_UNSAFE',
    ],
  ];

  it.each(CASES)('%s is answered 200 and dropped, and told', async (_, path, body, code) => {
    let answer: unknown;
    const effect = await effectOf(async () => {
      const response = await gateway.post(path, body);
      answer = [response.status, await response.json()];
    });
    expect([answer, effect]).toEqual([[200, { success: true }], { accepted: 0, dropped: [code] }]);
  });

  it.each(CASES)('%s is answered 400 in strict mode, with what is wrong', async (_, path, body, code) => {
    const response = await gateway.post(path, body, STRICT);
    expect(response.status).toBe(400);
    const answer = (await response.json()) as { meta: { errors: string[] } };
    expect(answer).toMatchObject({ success: false, errors: [{ index: 0, code, message: expect.any(String) }] });
    expect(answer.meta.errors).toEqual([expect.stringMatching(/expected .+, got .+/)]);
  });

  it('is dropped from a batch, and its neighbours are accepted in order', async () => {
    const batch = [track(), { type: 'track', event: 'Paid' }, 'text', track({ type: 'page', name: 'Home' })];
    expect(await effectOf(() => gateway.post('/v1/batch', { batch }))).toEqual({
      accepted: 2,
      dropped: expect.arrayContaining(['MESSAGE_NOT_OBJECT', 'IDENTIFIER_MISSING']),
    });
    const before = gateway.unmapped.get(`${workspace}/own`) ?? 0;
    await gateway.post('/v1/batch', { batch });
    // The one without a person is counted by the intake.
    expect(gateway.unmapped.get(`${workspace}/own`)).toBe(before + 1);
  });

  it('makes strict mode refuse its whole batch, and accept nothing of it', async () => {
    const batch = [track(), track({ event: '' }), track({ userId: {} })];
    let answer: unknown;
    const effect = await effectOf(async () => {
      answer = await (await gateway.post('/v1/batch', { batch }, STRICT)).json();
    });
    expect(effect.accepted).toBe(0);
    expect(answer).toMatchObject({
      errors: [
        { index: 1, code: 'FIELD_MISSING' },
        { index: 2, code: 'IDENTIFIER_TYPE' },
      ],
    });
  });

  it('stays small: a body that inflates a thousandfold is given up', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000, ' ')));
    const effect = await effectOf(() => gateway.post('/v1/batch', bomb, { 'content-encoding': 'gzip' }));
    expect(effect).toEqual({ accepted: 0, dropped: ['BODY_TOO_LARGE'] });
  });

  it('is logged by key and code, once in a while, with nothing of the message', async () => {
    const secret = 'ada@example.com';
    for (let index = 0; index < 20; index += 1) {
      await gateway.post('/v1/track', { userId: secret, event: secret.repeat(20), traits: { [secret]: secret } });
    }
    const told = gateway.lines.filter((line) => line.includes('EVENT_NAME_TOO_LONG'));
    expect(told).toHaveLength(1);
    expect(JSON.parse(told[0] ?? '')).toMatchObject({
      keyId: `${workspace}/own`,
      code: 'EVENT_NAME_TOO_LONG',
      messages: 1,
    });
    expect(gateway.lines.join('\n')).not.toContain(secret);
    expect(gateway.lines.join('\n')).not.toContain('demo-key');
  });
});

it('a batch of a hundred messages near the limit of a request is accepted whole', async () => {
  const batch = Array.from({ length: 100 }, (_, n) => track({ properties: { n, text: 'x'.repeat(4_900) } }));
  expect(await effectOf(() => gateway.post('/v1/batch', { batch }))).toEqual({ accepted: 100, dropped: [] });
});

it('in strict mode what can be accepted is answered as ever', async () => {
  const response = await gateway.post('/v1/batch', { batch: [track(), track()] }, STRICT);
  expect([response.status, await response.json()]).toEqual([200, { success: true }]);
});

describe('the limit of an address', () => {
  it('is asked once, and before a body without credentials is read', async () => {
    const own = uniqueWorkspace('segment-limit');
    const limited = await startSegmentGateway(inject('redisUrl'), own, { perAddress: 1 });
    // Five in the window of five seconds.
    const track = { type: 'track', userId: '42', event: 'Paid', writeKey: WRITE_KEY };
    const keyless = () => fetch(`${limited.url}/v1/track`, { method: 'POST', body: JSON.stringify(track) });
    for (let n = 0; n < 5; n += 1) expect((await keyless()).status).toBe(200);
    await waitFor(async () => (await headersOnly(`${limited.url}/v1/track`)) === 429, { timeoutMs: 30_000 });
    await limited.stop();
  });
});

/** The status of a request whose body never comes; undefined where nothing is answered. */
async function headersOnly(url: string): Promise<number | undefined> {
  const sent = request(url, { method: 'POST', headers: { 'content-length': '10' } });
  sent.on('error', () => undefined).flushHeaders();
  const status = await new Promise<number | undefined>((resolve) => {
    sent.once('response', (response) => resolve(response.statusCode)).setTimeout(1_000, () => resolve(undefined));
  });
  sent.destroy();
  return status;
}
