import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadLetterQueueName, erasureKey, journalQueueName, newUlid, queueKeyPrefix } from '@cio-fleet/contracts';
import { createJournalSink, createJournalStore, createJournalWriter, type JournalRow } from '@cio-fleet/journal';
import { appendOutcomes, readLatestOutcomes } from '@cio-fleet/lanes';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runFleet, startFleet } from './fixtures/run-fleet.ts';

const redisUrl = inject('redisUrl');
const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-cli-journal-'));
const env = { REDIS_URL: redisUrl, JOURNAL_DIR: folder };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const workspace = uniqueWorkspace('journal');
const operationId = newUlid();

const row = (facts: Partial<JournalRow>): JournalRow => ({
  time: Date.now(),
  workspace,
  outcome: 'delivered',
  action: 'track',
  ...facts,
});

/** Puts rows into the journal as workers do. */
async function seed(rows: readonly JournalRow[]): Promise<void> {
  const sink = createJournalSink({ redis, workspace, logger: quiet, payload: 'full' });
  const store = createJournalStore({ kind: 'sqlite', folder }, quiet);
  const writer = createJournalWriter({ redis, workspace, store, logger: quiet });
  await writer.start();
  await sink.write(rows);
  await waitFor(async () => writer.stats().inserted >= rows.length, { timeoutMs: 60_000 });
  await sink.stop();
  await writer.stop();
}

beforeAll(async () => {
  const ada = { person: 'id:ada', source: 'shop', name: 'Order\u001b[2J Placed', sessionId: 's-1' };
  await seed([
    row({ ...ada, operationId, attempts: 1, queuedMs: 40, payload: { total: 'twelve-secret' } }),
    row({ ...ada, operationId: newUlid(), outcome: 'dead-lettered', status: 400, errorCode: 'REJECTED', reason: 'no' }),
    row({ person: 'id:bob', operationId: newUlid(), source: 'crm' }),
  ]);
});
afterAll(async () => {
  await redis.quit();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

async function fleetJson<T>(args: readonly string[]): Promise<T> {
  const { exitCode, stdout, stderr } = await runFleet([...args, '--workspace', workspace, '--json'], { env });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as T;
}

interface Found {
  readonly by: string;
  readonly rows: readonly { readonly outcome: string; readonly payload?: string }[];
}

it.each([
  ['ada', 'person', 2],
  ['s-1', 'session', 2],
  [operationId, 'operation', 1],
])('tells what happened to %s, found as %s', async (who, by, rows) => {
  const found = await fleetJson<Found>(['person', who]);
  expect(found.by).toBe(by);
  expect(found.rows).toHaveLength(rows);
  expect(JSON.stringify(found)).not.toContain('twelve-secret');
});

it('shows payloads only when it is asked, free of control characters', async () => {
  const { stdout } = await runFleet(['person', 'ada', '--payload', '--workspace', workspace], { env });
  expect(stdout).toContain('twelve-secret');
  expect(stdout).not.toContain('\u001b');
});

it('answers 3 for whom the journal does not know, and 2 where there is no journal', async () => {
  expect((await runFleet(['person', 'nobody', '--workspace', workspace], { env })).exitCode).toBe(3);
  const none = await runFleet(['person', 'ada'], { env: { REDIS_URL: redisUrl } });
  expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining('JOURNAL_DIR')]);
});

it('lists failures in groups, and services', async () => {
  const { groups } = await fleetJson<{ groups: readonly object[] }>(['errors']);
  expect(groups).toMatchObject([{ action: 'track', errorCode: 'REJECTED', status: 400, count: 1 }]);
  const { sources } = await fleetJson<{ sources: readonly object[] }>(['sources']);
  expect(sources).toMatchObject([
    { source: 'shop', outcomes: { delivered: 1, 'dead-lettered': 1 } },
    { source: 'crm', outcomes: { delivered: 1 } },
  ]);
});

it('follows what workers report, by filter', async () => {
  const base = { time: Date.now(), operationId, action: 'track' };
  await appendOutcomes(redis, workspace, [{ ...base, outcome: 'delivered', person: 'id:ada' }]);
  const tail = startFleet(['tail', '--outcome', 'dead-lettered', '--workspace', workspace, '--json'], { env });
  await appendOutcomes(redis, workspace, [{ ...base, outcome: 'dead-lettered', person: 'id:bob' }]);
  await waitFor(() => tail.written.stdout.includes('id:bob'), { timeoutMs: 60_000 });
  tail.child.kill('SIGINT');
  const { exitCode, stdout } = await tail.ended;
  expect(exitCode).toBe(0);
  expect(stdout).not.toContain('id:ada');
});

it('finds the journal sound, and says what is wrong with one that is away', async () => {
  const sound = await fleetJson<{ healthy: boolean; findings: readonly object[] }>(['journal', 'doctor']);
  expect(sound.healthy).toBe(true);
  expect(sound.findings).toContainEqual({ check: 'queue', level: 'ok', found: 'empty' });
  expect(sound.findings).toContainEqual({ check: 'writer', level: 'ok', found: 'nothing waits for it' });
  // A pack that nobody takes, however small.
  const sink = createJournalSink({ redis, workspace: `${workspace}-idle`, logger: quiet });
  await sink.write([row({ workspace: `${workspace}-idle` })]);
  const prefix = queueKeyPrefix(`${workspace}-idle`, journalQueueName(`${workspace}-idle`));
  const [pack] = await redis.lrange(`${prefix}wait`, 0, 0);
  await redis.hset(`${prefix}${pack}`, 'timestamp', Date.now() - 400_000);
  const behind = await runFleet(['journal', 'doctor', '--workspace', `${workspace}-idle`], { env });
  expect([behind.exitCode, behind.stdout]).toEqual([5, expect.stringMatching(/writer.*behind/)]);
  const away = { REDIS_URL: redisUrl, DATABASE_URL: 'postgres://fleet:secret@127.0.0.1:1/none' };
  const broken = await runFleet(['journal', 'doctor', '--workspace', workspace], { env: away });
  expect(broken.exitCode).toBe(5);
  expect(broken.stdout + broken.stderr).not.toContain('secret');
});

it('forgets a person for good, with a proof, and only when it is told to', async () => {
  await seed([row({ person: 'id:eve', operationId: newUlid(), payload: { x: 1 } })]);
  await appendOutcomes(redis, workspace, [
    { time: 1, operationId, action: 'track', outcome: 'delivered', person: 'id:eve' },
  ]);
  const deadLetters = queueKeyPrefix(workspace, deadLetterQueueName(workspace));
  const operations = ['eve', 'bob'].map((id) => ({
    id: newUlid(),
    at: 1,
    op: { type: 'person', identifiers: { id }, action: 'event', name: 'Refused' },
  }));
  const data = { v: 1, operations, reason: { code: 'REJECTED', message: 'no' }, deadLetteredAt: 1 };
  await redis.hset(`${deadLetters}packed`, 'data', JSON.stringify(data));
  await redis.zadd(`${deadLetters}failed`, 1, 'packed');
  await redis.set(erasureKey(workspace, 'id:eve'), newUlid());
  expect((await runFleet(['forget', 'eve', '--workspace', workspace], { env })).exitCode).toBe(2);
  const done = await fleetJson<{ rows: number; proofs: readonly object[] }>(['forget', 'eve', '--rows', '--yes']);
  expect(done).toMatchObject({ rows: 1, outcomes: 1, packedOperations: 1, proofs: [{ what: 'rows', rows: 1 }] });
  expect(await redis.hget(`${deadLetters}packed`, 'data')).not.toContain('"eve"');
  await redis.zrem(`${deadLetters}failed`, 'packed');
  expect((await runFleet(['person', 'eve', '--workspace', workspace], { env })).exitCode).toBe(3);
  expect(JSON.stringify(await readLatestOutcomes(redis, workspace, 100))).not.toContain('eve');
});

it('forgets in Redis whom the journal forgets: however long the way, and nobody who shares an address with many', async () => {
  const tie = (person: string, ...aliases: readonly string[]) => row({ person, operationId: newUlid(), aliases });
  await seed([
    tie('id:41', 'phone:+1'),
    tie('id:42', 'id:41'),
    ...Array.from({ length: 11 }, (_, n) => tie(`id:till-${n}`, 'email:shop@example.com')),
  ]);
  const said = ['id:42', 'phone:+1', 'id:till-0'].map((person) => ({ time: 1, operationId: newUlid(), person }));
  await appendOutcomes(
    redis,
    workspace,
    said.map((each) => ({ ...each, action: 'track', outcome: 'delivered' })),
  );
  expect(await fleetJson(['forget', '+1', '--yes'])).toMatchObject({ outcomes: 2 });
  expect(await fleetJson(['forget', 'shop@example.com', '--yes'])).toMatchObject({ outcomes: 0 });
  const left = (await readLatestOutcomes(redis, workspace, 100)).map(({ person }) => person);
  expect(left).toContain('id:till-0');
});
