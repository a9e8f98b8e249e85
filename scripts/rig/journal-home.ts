import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalPlace } from '@cio-fleet/journal';
import { type EmbeddedPostgres, startPostgres } from '@cio-fleet/testkit';

/** A place for a journal that only one drill uses. */
export interface JournalHome {
  readonly place: JournalPlace;
  /** For the processes that write it. */
  readonly env: Readonly<Record<string, string>>;
  /** To be killed and restarted; undefined with SQLite. */
  readonly postgres: EmbeddedPostgres | undefined;
  /** Removes it. */
  dispose(): Promise<void>;
}

export async function makeJournalHome(kind: JournalPlace['kind']): Promise<JournalHome> {
  if (kind === 'postgres') {
    const postgres = await startPostgres();
    return {
      place: { kind, databaseUrl: postgres.url },
      env: { DATABASE_URL: postgres.url },
      postgres,
      dispose: () => postgres.stop(),
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-journal-'));
  return {
    place: { kind, folder },
    env: { JOURNAL_DIR: folder },
    postgres: undefined,
    dispose: async () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }),
  };
}
