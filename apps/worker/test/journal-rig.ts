import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ledger, readLedger, workspaceKeys } from '@cio-fleet/contracts';
import { createJournalSource, type JournalPlace } from '@cio-fleet/journal';
import { createProducer } from '@cio-fleet/producer';
import { createSimulator } from '@cio-fleet/simulator';
import { type FleetProcess, startPostgres, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import { plainWorkspace, startWorker } from './worker-process.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** For a machine that does other things too. */
export const PATIENCE = { timeoutMs: 90_000 };

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

export async function temporaryPostgres() {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  return postgres;
}

/** A Redis, a simulator and as many workers as a test starts, with a journal at `place`. All of it ends with the test. */
export async function createJournalRig(place: JournalPlace) {
  const redisServer = await startRedis();
  onTestFinished(() => redisServer.stop());
  const simulator = createSimulator();
  const { url: trackUrl } = await simulator.start();
  onTestFinished(() => simulator.stop());
  const redis = new Redis(redisServer.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined); // it ends with its server
  const source = createJournalSource(place, quiet);
  onTestFinished(async () => {
    redis.disconnect();
    await source.close();
  });
  const env = {
    REDIS_URL: redisServer.url,
    ...plainWorkspace(trackUrl),
    CUSTOMERIO_MAX_REQUESTS_PER_SECOND: '1000',
    LOG_LEVEL: 'error',
    ...(place.kind === 'sqlite' ? { JOURNAL_DIR: place.folder } : { DATABASE_URL: place.databaseUrl }),
  };

  async function start(roles: string): Promise<FleetProcess> {
    const worker = await startWorker({ ...env, CIO_FLEET_ROLES: roles });
    onTestFinished(async () => {
      worker.kill('SIGKILL');
      await worker.stopped;
    });
    return worker;
  }

  async function ledger(): Promise<Ledger> {
    const keys = workspaceKeys('default');
    const [counts, waiting] = await Promise.all([redis.hgetall(keys.ledger), redis.hgetall(keys.waiting)]);
    return readLedger(counts, waiting);
  }

  /** Rows that say delivered, and operations that have one. */
  async function deliveredRows(): Promise<{ readonly rows: number; readonly operations: number }> {
    const parts = await source
      .select("SELECT COUNT(*) AS n, COUNT(DISTINCT operation_id) AS m FROM journal WHERE outcome = 'delivered'", [])
      .catch(() => []); // away, or busy coming back
    const sum = (name: string) => parts.flat().reduce((total, row) => total + Number(row[name]), 0);
    return { rows: sum('n'), operations: sum('m') };
  }

  return {
    redis,
    simulator,
    start,
    ledger,
    deliveredRows,
    queuedBytes: async () => Number((await redis.hget(workspaceKeys('default').journal, 'bytes')) ?? 0),
    startLoad: (operationsPerSecond: number) => startLoad(redisServer.url, operationsPerSecond),
    settled: () => waitFor(async () => (await ledger()).waiting === 0, { ...PATIENCE, description: 'nothing waiting' }),
  };
}

/** Sends events of many persons until it is stopped. */
function startLoad(redisUrl: string, operationsPerSecond: number) {
  const TICK_MS = 20;
  const cio = createProducer({ redisUrl });
  const results: Promise<{ ok: boolean }>[] = [];
  const timer = setInterval(() => {
    for (let n = 0; n < (operationsPerSecond * TICK_MS) / 1000; n += 1) {
      results.push(cio.track(`person-${results.length % 200}`, 'Viewed', { n: results.length }));
    }
  }, TICK_MS);
  return {
    /** Sends no more. @returns how many were accepted */
    async stop(): Promise<number> {
      clearInterval(timer);
      await cio.close({ timeoutMs: 30_000 });
      return (await Promise.all(results)).filter(({ ok }) => ok).length;
    },
  };
}
