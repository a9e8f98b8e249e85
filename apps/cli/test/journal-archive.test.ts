import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { newUlid } from '@cio-fleet/contracts';
import {
  createDayArchiver,
  createJournalSink,
  createJournalStore,
  createJournalWriter,
  type JournalRow,
} from '@cio-fleet/journal';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runFleet } from './fixtures/run-fleet.ts';

const redisUrl = inject('redisUrl');
const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
const base = mkdtempSync(join(tmpdir(), 'cio-fleet-cli-archive-'));
const folder = join(base, 'journal');
const target = { kind: 'folder', folder: join(base, 'archive') } as const;
const env = { REDIS_URL: redisUrl, JOURNAL_DIR: folder, JOURNAL_ARCHIVE: String(pathToFileURL(target.folder)) };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const workspace = uniqueWorkspace('archive');
const DAY_MS = 86_400_000;
const TIMEOUT_MS = 120_000;
const time = Date.now() - 5 * DAY_MS;
const day = new Date(time).toISOString().slice(0, 10);

const row = (facts: Partial<JournalRow>): JournalRow => ({
  time,
  acceptedAt: time,
  workspace,
  operationId: newUlid(),
  outcome: 'delivered',
  action: 'track',
  ...facts,
});

/** A journal whose writer has archived and dropped the day. */
beforeAll(async () => {
  const sink = createJournalSink({ redis, workspace, logger: quiet, payload: 'full' });
  const store = createJournalStore({ kind: 'sqlite', folder }, quiet);
  const place = { kind: 'sqlite', folder } as const;
  const archiver = createDayArchiver({ place, target, retentionDays: 2, logger: quiet });
  const writer = createJournalWriter({ redis, workspace, store, logger: quiet, keepsStore: true });
  await writer.start();
  await sink.write([
    row({ person: 'id:ada', payload: { total: 'twelve-secret' } }),
    row({ person: 'id:bob', payload: { total: 'kept' } }),
  ]);
  await waitFor(async () => writer.stats().inserted >= 2, { timeoutMs: 60_000 });
  await sink.stop();
  await writer.stop();
  await store.maintain({ nowMs: Date.now(), retentionDays: 2, archive: archiver.archive });
  archiver.stop();
  await store.stop();
}, TIMEOUT_MS);
afterAll(async () => {
  await redis.quit();
  rmSync(base, { recursive: true, force: true, maxRetries: 10 });
});

const fleet = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  runFleet([...args, '--workspace', workspace], { env: { ...env, ...more } });

async function fleetJson<T>(args: readonly string[], more?: Readonly<Record<string, string>>): Promise<T> {
  const { exitCode, stdout, stderr } = await fleet([...args, '--json'], more);
  expect([exitCode, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as T;
}

interface Found {
  readonly rows: readonly { readonly person: string; readonly payload?: string }[];
}

it('lists archived days, and finds persons in them when it is asked to', { timeout: TIMEOUT_MS }, async () => {
  const { days } = await fleetJson<{ days: readonly object[] }>(['journal', 'archive']);
  expect(days).toEqual([{ day, rows: 2, bytes: expect.any(Number), writtenAt: expect.any(Number) }]);
  expect((await fleet(['person', 'ada'])).exitCode).toBe(3);
  const { rows } = await fleetJson<Found>(['person', 'ada', '--archive', '--payload']);
  expect(rows).toMatchObject([{ person: 'id:ada', payload: '{"total":"twelve-secret"}' }]);
});

it('finds days that wait for the archive', { timeout: TIMEOUT_MS }, async () => {
  const findings = async () => {
    const { stdout } = await fleet(['journal', 'doctor', '--json']);
    return (JSON.parse(stdout) as { findings: readonly object[] }).findings;
  };
  expect(await findings()).toContainEqual({ check: 'archive', level: 'ok', found: 'no day waits for it' });
  const old = join(folder, 'journal-2026-01-01.db');
  copyFileSync(join(folder, 'journal-other.db'), old);
  expect(await findings()).toContainEqual(
    expect.objectContaining({ check: 'archive', level: 'fail', found: '1 day not archived, the oldest 2026-01-01' }),
  );
  rmSync(old);
});

it('restores a day into a folder that is a journal then', { timeout: TIMEOUT_MS }, async () => {
  const into = join(base, 'restored');
  const restored = await fleetJson<object>(['journal', 'restore', '--day', day, '--into', into]);
  expect(restored).toEqual({ day, folder: into, rows: 2, workspaces: [workspace] });
  expect((await fleetJson<Found>(['person', 'bob'], { JOURNAL_DIR: into })).rows).toHaveLength(1);
  // As npm starts it from a folder of the user's.
  const asNpm = { npm_lifecycle_event: 'fleet', INIT_CWD: base };
  expect(await fleetJson<object>(['journal', 'restore', '--day', day, '--into', 'restored'], asNpm)).toMatchObject({
    folder: into,
  });
  const missing = await fleet(['journal', 'restore', '--day', '2020-01-01', '--into', into]);
  expect([missing.exitCode, missing.stderr]).toEqual([3, expect.stringContaining('2020-01-01')]);
  expect((await fleet(['journal', 'restore', '--day', day])).exitCode).toBe(2);
  expect((await fleet(['journal', 'archive'], { JOURNAL_ARCHIVE: '' })).exitCode).toBe(2);
});

it('forgets a person in archived days, too, and counts what they lost', { timeout: TIMEOUT_MS }, async () => {
  const forgotten = await fleetJson<object>(['forget', 'ada', '--rows', '--yes']);
  expect(forgotten).toMatchObject({
    rows: 0,
    archivedRows: 1,
    proofs: expect.arrayContaining([expect.objectContaining({ what: 'rows', rows: 1 })]),
  });
  expect((await fleet(['person', 'ada', '--archive'])).exitCode).toBe(3);
  expect((await fleetJson<Found>(['person', 'bob', '--archive'])).rows).toHaveLength(1);
});
