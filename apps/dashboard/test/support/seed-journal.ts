import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createJournalSink,
  createJournalStore,
  createJournalWriter,
  type JournalRow,
  type JournalStore,
} from '@cio-fleet/journal';
import { waitFor } from '@cio-fleet/testkit';
import type { Redis } from 'ioredis';

const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A folder for a journal of files; it goes with this process. */
export function journalFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-journal-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** Rows on their real way: sink, queue, writer, store. Ends when they are kept. */
export async function seedJournal(
  redis: Redis,
  place: { readonly folder: string; readonly workspace: string },
  rows: readonly Omit<JournalRow, 'workspace'>[],
): Promise<void> {
  const { folder, workspace } = place;
  const store: JournalStore = createJournalStore({ kind: 'sqlite', folder }, logger);
  const writer = createJournalWriter({ redis, workspace, store, logger });
  const sink = createJournalSink({ redis, workspace, logger, maxCpuShare: 1, payload: 'redacted', redact: ['secret'] });
  await writer.start();
  expectQueued(await sink.write(rows.map((row) => ({ ...row, workspace }))));
  await waitFor(() => writer.stats().inserted === rows.length, { description: 'rows to be kept' });
  await sink.stop();
  await writer.stop();
}

function expectQueued({ queued }: { readonly queued: boolean }): void {
  if (!queued) throw new Error('expected the rows to be queued');
}
