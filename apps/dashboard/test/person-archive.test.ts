import { newUlid } from '@cio-fleet/contracts';
import { createDayArchiver, createJournalStore } from '@cio-fleet/journal';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { journalFolder, seedJournal } from './support/seed-journal.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const DAY_MS = 86_400_000;
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const workspace = uniqueWorkspace('person-archive');
const [old, fresh] = [newUlid(), newUlid()];
let dashboard: RunningDashboard;

beforeAll(async () => {
  const [folder, target] = [journalFolder(), { kind: 'folder', folder: journalFolder() } as const];
  const own = { person: 'id:ada', action: 'track', outcome: 'delivered', name: 'bought' } as const;
  await seedJournal(redis, { folder, workspace }, [
    { ...own, operationId: old, time: Date.now() - 5 * DAY_MS },
    { ...own, operationId: fresh, time: Date.now() },
  ]);
  const place = { kind: 'sqlite', folder } as const;
  const store = createJournalStore(place, logger);
  const archiver = createDayArchiver({ place, target, retentionDays: 2, logger });
  await store.start();
  await store.maintain({ nowMs: Date.now(), retentionDays: 2, archive: archiver.archive });
  archiver.stop();
  await store.stop();
  dashboard = await runDashboard({
    REDIS_URL: inject('redisUrl'),
    CIO_FLEET_WORKSPACES: workspacesFile(workspace),
    JOURNAL_DIR: folder,
    JOURNAL_ARCHIVE: `file://${target.folder}`,
  });
});
afterAll(async () => {
  await dashboard.process.stop();
  await redis.quit();
});

const found = async (query: string) => {
  const answer = await dashboard.request(`/person.json?q=ada&${query}`, { as: VIEWER });
  const { operations } = (await answer.json()) as { operations: readonly { readonly operationId: string }[] };
  return operations.map(({ operationId }) => operationId);
};

it('offers the archive, and looks there only when asked to', async () => {
  const page = await (await dashboard.request('/person?q=ada', { as: VIEWER })).text();
  expect(page).toContain(`/person?workspace=${workspace}&amp;q=ada&amp;by=auto&amp;days=365&amp;archive=1`);
  expect(await found('days=365')).toEqual([fresh]);
});

it('shows what the journal has dropped together with what it has', async () => {
  expect(await found('days=365&archive=1')).toEqual([fresh, old]);
  const page = await (await dashboard.request('/person?q=ada&days=365&archive=1', { as: VIEWER })).text();
  expect(page).toContain('The archive was looked through as well, 365 days back.');
});
