import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalLogger, JournalPlace } from '@cio-fleet/journal';
import { type EmbeddedPostgres, type EmbeddedRedis, startPostgres, startRedis } from '@cio-fleet/testkit';
import { createPostgresPool, type PostgresPool } from '../../packages/journal/src/postgres/pool.ts';
import type { Driver } from './journal-plan.ts';

/** Redis, and one of the two databases, for the journal's bench. */
export interface JournalStage {
  readonly driver: Driver;
  readonly redis: EmbeddedRedis;
  readonly postgres: EmbeddedPostgres | undefined;
  /** A fresh place, which is removed by `clear`. */
  makePlace(name: string): Promise<JournalPlace>;
  clear(place: JournalPlace): Promise<void>;
  stop(): Promise<void>;
}

/** The workspace of all rows; also that of a dashboard that is told nothing else. */
export const WORKSPACE = 'default';

/** 512 MB of buffers are what a small server gives; the rest keeps checkpoints from falling into one contender's turn. */
const CONFIG = { shared_buffers: '512MB', max_wal_size: '3GB', checkpoint_timeout: '15min' };

export const quietLogger: JournalLogger = {
  info: () => undefined,
  warn: (facts, message) => console.error(message, facts),
  error: (facts, message) => console.error(message, facts),
};

export async function startJournalStage(driver: Driver): Promise<JournalStage> {
  const redis = await startRedis();
  const postgres = driver === 'postgres' ? await startPostgres({ config: CONFIG }) : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-bench-journal-'));
  const administer = async (text: string) => {
    const pool = openPool(postgres?.url ?? '');
    await pool.query(text).finally(() => pool.end());
  };
  return {
    driver,
    redis,
    postgres,
    async makePlace(name) {
      if (postgres === undefined) return { kind: 'sqlite', folder: join(folder, name) };
      await administer(`CREATE DATABASE ${name}`);
      return { kind: 'postgres', databaseUrl: databaseOf(postgres, name) };
    },
    async clear(place) {
      if (place.kind === 'sqlite') rmSync(place.folder, { recursive: true, force: true, maxRetries: 10 });
      else await administer(`DROP DATABASE ${new URL(place.databaseUrl).pathname.slice(1)} WITH (FORCE)`);
    },
    async stop() {
      await postgres?.stop();
      await redis.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

export function databaseOf(postgres: EmbeddedPostgres, name: string): string {
  return postgres.url.replace(/\/postgres$/, `/${name}`);
}

/** Connections of the bench's own, without a time-out. */
export function openPool(databaseUrl: string, connections = 1): PostgresPool {
  return createPostgresPool({
    databaseUrl,
    connections,
    applicationName: 'bench',
    statementTimeoutMs: 0,
    onError: () => undefined, // the query that was under way says it
  });
}
