import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newUlid } from '@cio-fleet/contracts';
import { createJournalSink, createJournalStore, createJournalWriter, type JournalRow } from '@cio-fleet/journal';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runFleet } from './fixtures/run-fleet.ts';

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-cli-notes-'));
const env = { REDIS_URL: inject('redisUrl'), JOURNAL_DIR: folder };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const workspace = uniqueWorkspace('notes');

beforeAll(async () => {
  const now = Date.now();
  const note = { workspace, outcome: 'note', action: 'note', component: 'checkout', key: 'basket' } as const;
  const session = { workspace, outcome: 'session', action: 'session', sessionId: 's-1', userId: '42' } as const;
  const rows: readonly JournalRow[] = [
    { ...session, time: now - 3_000, operationId: newUlid(), terminalId: 'pos-7' },
    { ...note, time: now - 2_000, operationId: newUlid(), terminalId: 'pos-7', value: 'half' },
    { ...note, time: now - 1_000, operationId: newUlid(), terminalId: 'pos-7', value: 'full\u001b[2J' },
  ];
  const sink = createJournalSink({ redis, workspace, logger: quiet });
  const store = createJournalStore({ kind: 'sqlite', folder }, quiet);
  const writer = createJournalWriter({ redis, workspace, store, logger: quiet });
  await writer.start();
  await sink.write(rows);
  await waitFor(() => writer.stats().inserted >= rows.length, { timeoutMs: 60_000 });
  await sink.stop();
  await writer.stop();
});
afterAll(async () => {
  await redis.quit();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});

it.each([
  ['checkout', 'component', ['note', 'note']],
  ['pos-7', 'terminal', ['note', 'note', 'session']],
  ['42', 'user', ['session']],
  ['s-1', 'session', ['note', 'note', 'session']],
])('fleet notes finds %s as a %s', async (whose, by, outcomes) => {
  const { stdout, exitCode } = await runFleet(['notes', whose, '--workspace', workspace, '--json'], { env });
  expect(exitCode).toBe(0);
  const found = JSON.parse(stdout) as { by: string; notes: { outcome: string }[] };
  expect(found.by).toBe(by);
  expect(found.notes.map(({ outcome }) => outcome)).toEqual(outcomes);
});

it('fleet notes prints one line for each, and nothing that moves the cursor', async () => {
  const { stdout } = await runFleet(['notes', 'pos-7', '--by', 'terminal', '--workspace', workspace], { env });
  expect(stdout).toMatch(/basket +full.*yes +checkout/);
  expect(stdout).toContain('(session)');
  expect(stdout).not.toContain('\u001b');
});

it('fleet notes exits with 3 where nothing was noted', async () => {
  expect((await runFleet(['notes', 'nobody', '--workspace', workspace], { env })).exitCode).toBe(3);
});
