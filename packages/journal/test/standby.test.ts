import { startPostgres, waitFor } from '@cio-fleet/testkit';
import { expect, it, onTestFinished } from 'vitest';
import { createJournalReader, createJournalSource, createJournalStore } from '../src/index.ts';
import { makeStored, quietLogger } from './parts.ts';

it('asks a streaming standby, which can change nothing, and tells how far it is behind', {
  timeout: 120_000,
}, async () => {
  const primary = await startPostgres();
  onTestFinished(() => primary.stop());
  const store = createJournalStore({ kind: 'postgres', databaseUrl: primary.url }, quietLogger);
  await store.start();
  onTestFinished(() => store.stop());
  const standby = await startPostgres({ standbyOf: primary.url });
  onTestFinished(() => standby.stop());

  const place = { kind: 'postgres', databaseUrl: primary.url, readUrl: standby.url } as const;
  const source = createJournalSource(place, quietLogger);
  onTestFinished(() => source.close());
  const reader = createJournalReader({ source, workspace: 'default' });
  await store.write([makeStored('default', { person: 'id:42' })]);
  const seen = async () => (await reader.timeline({ subject: { person: '42' } })).rows.length === 1;
  await waitFor(seen, { timeoutMs: 45_000 });
  await waitFor(async () => (await reader.lagMs()) === 0);
  await expect(source.select('DELETE FROM journal', [])).rejects.toThrow('read-only');

  // The standby answers while the primary is gone.
  await primary.kill();
  expect(await seen()).toBe(true);
  // It can't know what it misses: the lag is the age of the last change that it saw.
  await waitFor(async () => (await reader.lagMs()) > 100);
});

it('cancels a question that takes too long', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const source = createJournalSource({ kind: 'postgres', databaseUrl: postgres.url }, quietLogger);
  onTestFinished(() => source.close());
  await expect(source.select('SELECT pg_sleep(60)', [])).rejects.toThrow('statement timeout');
});
