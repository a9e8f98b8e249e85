import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newUlid } from '@cio-fleet/contracts';
import type { EmbeddedPostgres } from '@cio-fleet/testkit';
import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import type { JournalLogger, JournalPlace, JournalRow, JournalSource, JournalStore } from '../src/index.ts';
import { createPostgresSource, createPostgresStore, createSqliteSource, createSqliteStore } from '../src/index.ts';
import { createRowCleaner, type RowPrivacy } from '../src/intake/clean-row.ts';
import type { StoredRow } from '../src/row.ts';
import { listDayFiles } from '../src/sqlite/day-files.ts';

export const quietLogger: JournalLogger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A delivered track of now. */
export function makeRow(workspace: string, facts: Partial<JournalRow> = {}): JournalRow {
  const time = Date.now();
  return { time, acceptedAt: time, workspace, operationId: newUlid(), outcome: 'delivered', action: 'track', ...facts };
}

/** The same, cleaned as the sink does it. */
export function makeStored(
  workspace: string,
  facts: Partial<JournalRow> = {},
  privacy: Partial<RowPrivacy> = {},
): StoredRow {
  return createRowCleaner({ payload: 'full', redact: [], person: 'plain', ...privacy })(makeRow(workspace, facts));
}

/** A driver: a fresh place for a journal, and what writes and reads it. */
export interface Driver {
  readonly name: 'PostgreSQL' | 'SQLite';
  makePlace(): Promise<Place>;
}

export interface Place {
  readonly place: JournalPlace;
  store(): JournalStore;
  source(): JournalSource;
  /** Days that have a partition or a file of their own. */
  days(): Promise<readonly string[]>;
}

export const sqliteDriver: Driver = {
  name: 'SQLite',
  async makePlace() {
    const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-journal-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return {
      place: { kind: 'sqlite', folder },
      store: () => createSqliteStore({ folder }),
      source: () => createSqliteSource({ folder, timeoutMs: 30_000 }),
      days: async () => listDayFiles(folder),
    };
  },
};

/** @param postgres - is asked for when a test needs it, so that a file can start one for all its tests */
export function postgresDriver(postgres: () => EmbeddedPostgres): Driver {
  return {
    name: 'PostgreSQL',
    async makePlace() {
      const databaseUrl = await makeDatabase(postgres().url);
      return {
        place: { kind: 'postgres', databaseUrl },
        store: () => createPostgresStore({ databaseUrl, logger: quietLogger }),
        source: () => createPostgresSource({ databaseUrl, logger: quietLogger, statementTimeoutMs: 30_000 }),
        days: () => listPartitions(databaseUrl),
      };
    },
  };
}

async function listPartitions(databaseUrl: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'journal'::regclass",
  );
  await client.end();
  return rows.flatMap(({ name }) => name.replace(/^journal_(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'));
}

let databases = 0;

/** A database that no other test uses. */
export async function makeDatabase(url: string): Promise<string> {
  databases += 1;
  const name = `journal_test_${databases}`;
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return url.replace(/\/postgres$/, `/${name}`);
}
