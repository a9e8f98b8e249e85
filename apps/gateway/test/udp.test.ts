import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { laneQueueName, workspaceKeys } from '@cio-fleet/contracts';
import { createJournalSink } from '@cio-fleet/journal';
import { type EmbeddedRedis, startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Intake } from '../src/intake/intake.ts';
import { createNoteLog } from '../src/notes/note-log.ts';
import { createUdpService, type UdpServiceOptions } from '../src/udp/udp-service.ts';
import { createEdge, type Edge } from './support/edge.ts';
import { type ProducerIntake, producerIntake } from './support/producer-intake.ts';

let redis: EmbeddedRedis;
let edge: Edge;
let workspace: string;
let intake: ProducerIntake;
let sender: Socket;

beforeAll(async () => {
  redis = await startRedis({ appendFsync: 'no' });
});
afterAll(() => redis.stop());
beforeEach(async () => {
  edge = createEdge(redis.url);
  workspace = uniqueWorkspace('udp');
  intake = producerIntake(redis.url, workspace);
  sender = createSocket('udp4');
});
afterEach(async () => {
  sender.close();
  await edge.stop();
  await intake.producer.close({ timeoutMs: 2_000 });
});

async function start(options: Partial<UdpServiceOptions> = {}): Promise<number> {
  const sink = createJournalSink({ redis: edge.redis, workspace, logger: edge.logger });
  const caller = { workspace, source: 'udp', keyId: 'udp' };
  const shop = { workspace, source: 'shop', keyId: 'k1' };
  const udp = createUdpService({
    port: 0,
    callers: { byWriteKey: (key) => (key === 'wk' ? shop : undefined), withoutKey: () => caller },
    intake,
    notes: createNoteLog({ sinkOf: () => sink }),
    registry: edge.registry,
    logger: edge.logger,
    ...options,
  });
  await edge.start(udp);
  return udp.port;
}

function send(port: number, text: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    sender.send(text, port, '127.0.0.1', (error) => (error === null ? resolve() : reject(error)));
  });
}

const event = (id: string, extra: object = {}) =>
  JSON.stringify({ type: 'person', action: 'event', identifiers: { id }, name: 'Beep', ...extra });

async function counts(name: string, label?: string): Promise<Record<string, number>> {
  const { values } = (await edge.registry.getSingleMetric(`cio_fleet_gateway_udp_${name}_total`)?.get()) ?? {
    values: [],
  };
  return Object.fromEntries(values.map(({ labels, value }) => [label === undefined ? 'all' : labels[label], value]));
}

const accepted = async () => Number(await edge.redis.hget(workspaceKeys(workspace).ledger, 'accepted'));

it('puts an operation of a datagram on its lane, from the source udp', async () => {
  const port = await start();
  await send(port, event('1', { attributes: { n: 1 }, sessionId: 's1' }));
  await waitFor(async () => (await accepted()) === 1, { timeoutMs: 30_000 });
  const keys = await edge.redis.keys(`{cio:${workspace}}:${laneQueueName(workspace, 0).replace(/0$/, '*')}`);
  const jobs = keys.filter((key) => /:[0-9A-HJKMNP-TV-Z]{26}$/.test(key));
  const data = await edge.redis.hget(jobs[0] ?? '', 'data');
  expect(JSON.parse(data ?? '')).toMatchObject({
    operations: [{ source: 'udp', sessionId: 's1', op: { name: 'Beep', attributes: { n: 1 } } }],
  });
});

it('counts what it receives, accepts and refuses, and answers nothing', async () => {
  const port = await start();
  const answers: unknown[] = [];
  sender.on('message', (message) => answers.push(message));
  const large = event('2', { attributes: { text: 'x'.repeat(33_000) } });
  const datagrams = [
    event('1'),
    `${event('1')}\n${event('2')}\nnonsense`,
    'nonsense',
    event(''),
    large,
    event('3', { writeKey: 'unknown' }),
    event('3', { writeKey: 'wk' }),
    JSON.stringify({ type: 'note', sessionId: 's1', key: 'k', value: 1, component: 'c' }),
    JSON.stringify({ type: 'session', sessionId: 's1', userId: 'u1' }),
    JSON.stringify({ type: 'note', key: 'k' }),
  ];
  for (const datagram of datagrams) await send(port, datagram);
  await waitFor(async () => (await counts('datagrams')).all === datagrams.length, { timeoutMs: 30_000 });
  await waitFor(async () => (await counts('accepted', 'kind')).session === 1, { timeoutMs: 30_000 });
  await waitFor(async () => (await counts('accepted', 'kind')).operation === 4, { timeoutMs: 30_000 });
  expect(await counts('accepted', 'kind')).toEqual({ operation: 4, note: 1, session: 1 });
  expect(await counts('refused', 'code')).toEqual({
    DATAGRAM_NOT_JSON: 2,
    DATAGRAM_KEY_UNKNOWN: 1,
    IDENTIFIER_EMPTY: 1,
    OPERATION_TOO_LARGE: 1,
    NOTE_FIELD_MISSING: 1,
  });
  expect((await counts('bytes')).all).toBe(datagrams.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  expect(answers).toEqual([]);
  expect(await accepted()).toBe(4);
});

it('keeps what a stop finds under way', async () => {
  const udp = createUdpService({
    port: 0,
    callers: { byWriteKey: () => undefined, withoutKey: () => ({ workspace, keyId: 'udp' }) },
    intake,
    notes: createNoteLog({ sinkOf: () => ({ write: async () => ({ queued: true }) }) }),
    registry: edge.registry,
    logger: edge.logger,
  });
  await udp.start();
  const { port } = udp;
  for (let n = 0; n < 200; n += 1) await send(port, event(String(n)));
  await waitFor(async () => (await counts('datagrams')).all !== 0, { timeoutMs: 30_000 });
  await udp.stop();
  const received = (await counts('datagrams')).all;
  expect((await counts('accepted', 'kind')).operation).toBe(received);
  expect(await accepted()).toBe(received);
});

it('drops the newest and counts them while the intake is too slow, in bounded memory', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const slow: Pick<Intake, 'accept'> = {
    async accept(caller, operations) {
      await gate;
      return intake.accept(caller, operations);
    },
  };
  const port = await start({ intake: slow, maxBytesAhead: 10_000 });
  for (let n = 0; n < 500; n += 1) await send(port, event(String(n)));
  await waitFor(async () => ((await counts('lost', 'where')).gateway ?? 0) > 0, { timeoutMs: 30_000 });
  const before = (await counts('datagrams')).all ?? 0;
  const bytes = (await counts('bytes')).all;
  open();
  expect(bytes).toBeLessThanOrEqual(10_000);
  await waitFor(async () => (await accepted()) >= before, { timeoutMs: 30_000 });
  await waitFor(
    async () => {
      await send(port, event('late'));
      return ((await counts('datagrams')).all ?? 0) > before;
    },
    { timeoutMs: 30_000 },
  );
});

it('warns when the kernel gives a smaller buffer than asked, and says what to set', async () => {
  await start({ receiveBufferBytes: 1_000_000_000 });
  expect(edge.lines.find((line) => line.includes('net.core.rmem_max'))).toContain('"askedBytes":1000000000');
});

it('counts what the kernel drops', async () => {
  const port = await start({ receiveBufferBytes: 1_024 });
  // The smallest buffer there is holds a datagram or two: sent in one go, some of them find no room.
  await waitFor(
    async () => {
      const sends = Array.from({ length: 500 }, () => send(port, event('1', { attributes: { pad: 'x'.repeat(900) } })));
      await Promise.all(sends);
      return ((await counts('lost', 'where')).kernel ?? 0) > 0;
    },
    { timeoutMs: 30_000 },
  );
});

it('does not start on a port that is taken, and says so', async () => {
  sender.bind(0, '127.0.0.1');
  await once(sender, 'listening');
  await expect(start({ port: sender.address().port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

it('logs nothing of what datagrams say', async () => {
  const port = await start();
  await send(port, event('ada@example.com', { writeKey: 'secret-key' }));
  await send(port, '{"ada@example.com"');
  await waitFor(async () => (await counts('datagrams')).all === 2, { timeoutMs: 30_000 });
  expect(edge.lines.join('')).not.toMatch(/ada@example|secret-key/);
});
