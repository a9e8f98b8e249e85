import { gzipSync } from 'node:zlib';
import { createJournalSink, type JournalRow } from '@cio-fleet/journal';
import { type EmbeddedRedis, startRedis, uniqueWorkspace } from '@cio-fleet/testkit';
import type { RequestHandler } from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createGatewayMetrics } from '../src/gateway-metrics.ts';
import { HttpProblem } from '../src/http/http-problem.ts';
import { createNoteLog, type NoteSink } from '../src/notes/note-log.ts';
import { createNotesRoutes } from '../src/notes/notes-routes.ts';
import { createEdge, type Edge } from './support/edge.ts';

const NOTE = { sessionId: 's1', key: 'page', value: '/cart', component: 'web' };
const WRITE_KEY = basic('write-key', '');
const SITE = basic('site', 'key');

let redis: EmbeddedRedis;
let edge: Edge;
let workspace: string;
/** Every row that the journal's queue took. */
let rows: JournalRow[];

beforeAll(async () => {
  redis = await startRedis({ appendFsync: 'no' });
});
afterAll(() => redis.stop());
beforeEach(() => {
  edge = createEdge(redis.url);
  workspace = uniqueWorkspace('notes');
  rows = [];
});
afterEach(() => edge.stop());

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function admit(source: string, authorization: string): RequestHandler {
  return (request, response, next) => {
    if (request.headers.authorization !== authorization) return next(new HttpProblem('CREDENTIALS_UNKNOWN', 401, 'no'));
    response.locals.caller = { workspace, source, keyId: 'k1' };
    next();
  };
}

async function start(options: { maxQueuedBytes?: number } = {}): Promise<string> {
  const sink = createJournalSink({
    redis: edge.redis,
    workspace,
    logger: edge.logger,
    writeTimeoutMs: 1_000,
    ...options,
  });
  const watched: NoteSink = {
    async write(written) {
      const result = await sink.write(written);
      if (result.queued) rows.push(...written);
      return result;
    },
  };
  return edge.serve(
    createNotesRoutes({
      admission: { basic: admit('by-site', SITE), writeKey: admit('by-write-key', WRITE_KEY) },
      notes: createNoteLog({ sinkOf: () => watched }),
      metrics: createGatewayMetrics(edge.registry),
      logger: edge.logger,
    }),
  );
}

async function post(url: string, body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { authorization: SITE, ...headers },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as unknown };
}

it('takes one note, a list of them, and NDJSON, by either kind of credentials', async () => {
  const url = `${await start()}/notes`;
  const json = JSON.stringify(NOTE);
  expect(await post(url, json)).toMatchObject({ status: 200, body: { accepted: 1 } });
  expect(await post(url, `[${json},${json}]`, { authorization: WRITE_KEY })).toMatchObject({ body: { accepted: 2 } });
  expect(await post(url, `${json}\r\n\n${json}\n`)).toMatchObject({ status: 200, body: { accepted: 2 } });
  expect(await post(url, gzipSync(json), { 'content-encoding': 'gzip' })).toMatchObject({ body: { accepted: 1 } });
  expect(rows).toHaveLength(6);
  expect(rows.map(({ source }) => source)).toEqual([
    'by-site',
    ...Array(2).fill('by-write-key'),
    ...Array(3).fill('by-site'),
  ]);
});

it('takes session notices', async () => {
  const url = `${await start()}/sessions`;
  expect(await post(url, JSON.stringify({ sessionId: 's1', userId: 'u1', terminalId: 't1' }))).toMatchObject({
    status: 200,
    body: { accepted: 1 },
  });
  expect(rows).toMatchObject([{ outcome: 'session', workspace, sessionId: 's1', userId: 'u1', terminalId: 't1' }]);
});

it('puts the rows into the queue of the journal and nothing anywhere else', async () => {
  const url = `${await start()}/notes`;
  await post(url, JSON.stringify(NOTE));
  const keys = await edge.redis.keys(`{cio:${workspace}}:*`);
  expect(keys.filter((key) => key.startsWith(`{cio:${workspace}}:${workspace}.journal:`))).not.toEqual([]);
  expect(keys.filter((key) => /lane|fallback|ledger/.test(key))).toEqual([]);
});

it('takes the sound ones of several with 207, and says of the others which field is at fault', async () => {
  const url = `${await start()}/notes`;
  const lines = [JSON.stringify(NOTE), '{"sessionId":"s1"}', 'oops', JSON.stringify({ ...NOTE, component: 7.5 })];
  expect(await post(url, lines.join('\n'))).toMatchObject({
    status: 207,
    body: {
      accepted: 1,
      refused: [
        { index: 1, code: 'NOTE_FIELD_MISSING', field: 'key', message: 'key: expected text, got nothing' },
        { index: 2, code: 'NOTE_NOT_OBJECT', field: '' },
        { index: 3, code: 'NOTE_FIELD_INVALID', field: 'component' },
      ],
    },
  });
  expect(rows).toHaveLength(1);
});

it.each([
  ['a line of 65 open brackets', ['['.repeat(65)]],
  ['65 lines cut off within an object', Array<string>(65).fill('{"key":')],
])('takes the sound lines beside %s', async (_, broken) => {
  const url = `${await start()}/notes`;
  const body = [JSON.stringify(NOTE), ...broken, JSON.stringify(NOTE)].join('\n');
  expect(await post(url, body)).toMatchObject({ status: 207, body: { accepted: 2 } });
  expect(rows).toHaveLength(2);
});

it.each([
  ['one value that is too deep', `${'['.repeat(65)}${']'.repeat(65)}`, 'NOTE_NOT_OBJECT'],
  ['text', 'hello', 'NOTE_NOT_OBJECT'],
  ['an empty body', '', 'NOTE_NOT_OBJECT'],
  ['a number', '7', 'NOTE_NOT_OBJECT'],
  ['no session', '{}', 'NOTE_FIELD_MISSING'],
])('refuses %s with 400', async (_, body, code) => {
  const url = `${await start()}/notes`;
  expect(await post(url, body)).toMatchObject({ status: 400, body: { accepted: 0, refused: [{ index: 0, code }] } });
});

it('refuses more than a thousand at once, wrong credentials, and other methods', async () => {
  const url = `${await start()}/notes`;
  const many = JSON.stringify(Array.from({ length: 1_001 }, () => NOTE));
  expect((await post(url, many)).status).toBe(413);
  expect((await post(url, '{}', { authorization: basic('site', 'wrong') })).status).toBe(401);
  expect((await fetch(url, { method: 'PUT' })).status).toBe(405);
  expect(rows).toEqual([]);
});

it('answers 503 while the queue of the journal is full', async () => {
  const url = `${await start({ maxQueuedBytes: 1 })}/notes`;
  const statuses = [];
  for (let n = 0; n < 3; n += 1) statuses.push(await post(url, JSON.stringify(NOTE)));
  expect(statuses.at(-1)).toMatchObject({ status: 503, body: { error: { code: 'JOURNAL_FULL' } } });
  expect(statuses.at(-1)?.headers.get('retry-after')).toBe('5');
});

it('answers 503 while Redis is away', async () => {
  const away = createEdge('redis://127.0.0.1:1');
  const sink = createJournalSink({ redis: away.redis, workspace, logger: away.logger, writeTimeoutMs: 200 });
  const url = await away.serve(
    createNotesRoutes({
      admission: { basic: admit('by-site', SITE), writeKey: admit('by-write-key', WRITE_KEY) },
      notes: createNoteLog({ sinkOf: () => sink }),
      metrics: createGatewayMetrics(away.registry),
      logger: away.logger,
    }),
  );
  const answer = await post(`${url}/notes`, JSON.stringify(NOTE));
  expect(answer).toMatchObject({ status: 503, body: { error: { code: 'REDIS_UNAVAILABLE' } } });
  await away.stop();
});
