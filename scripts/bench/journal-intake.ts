import {
  createJournalSink,
  createJournalStore,
  createJournalWriter,
  type JournalPlace,
  type JournalStore,
} from '@cio-fleet/journal';
import { waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { createRowCleaner } from '../../packages/journal/src/intake/clean-row.ts';
import { inTransaction } from '../../packages/journal/src/postgres/pool.ts';
import { copyRows } from '../../packages/journal/src/postgres/write-rows.ts';
import type { StoredRow } from '../../packages/journal/src/row.ts';
import type { JournalPlan } from './journal-plan.ts';
import { count, type JournalReport, percent, perSecond } from './journal-report.ts';
import { benchRow, PAYLOAD_CHARACTERS } from './journal-rows.ts';
import { type JournalStage, openPool, quietLogger } from './journal-stage.ts';
import { median } from './statistics.ts';

/** What the writer must reach of plain COPY. */
const LEAST_SHARE = 0.6;
/** As the writer's batches, and as many at a time. */
const BATCH_ROWS = 8_000;
const PARALLEL = 3;
const PACK_ROWS = 1_000;
const SIZES = { small: '700 bytes', large: '4.7 KB' } as const;

type Size = keyof typeof SIZES;

/** Rows per second of each contender; `copy` only where there is a COPY. */
interface Round {
  readonly copy: number | undefined;
  readonly store: number;
  readonly writer: number;
}

/**
 * Rows into the journal, from the queue and straight into the store, beside plain COPY of the same rows into the same table: as large
 * batches, as many at a time, with all indexes. The contenders take turns.
 */
export async function benchIntake(stage: JournalStage, plan: JournalPlan, report: JournalReport): Promise<void> {
  const place = await stage.makePlace('bench_intake');
  const redis = new Redis(stage.redis.url, { maxRetriesPerRequest: null });
  const store = createJournalStore(place, quietLogger);
  await store.start();
  try {
    for (const size of ['small', 'large'] as const) {
      const rounds: Round[] = [];
      for (let round = 0; round < plan.rounds; round += 1) {
        const turn: Turn = { place, redis, store, size, rows: plan.intakeRows[size], round };
        rounds.push(await playRound(turn, stage.driver));
      }
      tell(report, `${stage.driver}, rows of ${SIZES[size]}`, rounds);
    }
  } finally {
    await store.stop();
    redis.disconnect();
    await stage.clear(place);
  }
}

interface Turn {
  readonly place: JournalPlace;
  readonly redis: Redis;
  readonly store: JournalStore;
  readonly size: Size;
  readonly rows: number;
  readonly round: number;
}

/** The first goes last every other time. */
async function playRound(turn: Turn, driver: JournalStage['driver']): Promise<Round> {
  const figures: Record<keyof Round, number | undefined> = { copy: undefined, store: undefined, writer: undefined };
  const contenders = (['copy', 'store', 'writer'] as const).filter((each) => each !== 'copy' || driver === 'postgres');
  for (const contender of turn.round % 2 === 0 ? contenders : contenders.toReversed()) {
    figures[contender] = await { copy: runCopy, store: runStore, writer: runWriter }[contender](turn);
  }
  return figures as Round;
}

async function runCopy({ place, rows, size }: Turn): Promise<number> {
  const pool = openPool(place.kind === 'postgres' ? place.databaseUrl : '', PARALLEL);
  const copy = (batch: StoredRow[]) => inTransaction(pool, (client) => copyRows(client, 'journal', batch));
  try {
    return await writeAll(makeBatches(rows, size), copy);
  } finally {
    await pool.end();
  }
}

function runStore({ store, rows, size }: Turn): Promise<number> {
  return writeAll(makeBatches(rows, size), (batch) => store.write(batch));
}

/** Packs wait in Redis before the writer starts; its start, up to the first batch that is kept, doesn't count. */
async function runWriter({ redis, store, rows, size, round }: Turn): Promise<number> {
  const workspace = `intake-${size}-${round}`;
  const plan = { workspace, payloadCharacters: PAYLOAD_CHARACTERS[size] };
  const sink = createJournalSink({ redis, workspace, logger: quietLogger, payload: 'full', maxQueuedBytes: 1e10 });
  for (let from = 0; from < rows; from += PACK_ROWS) {
    const pack = Array.from({ length: PACK_ROWS }, (_, n) => benchRow(from + n, plan));
    const result = await sink.write(pack);
    if (!result.queued) throw new Error(`expected the pack to be queued, got ${result.reason}`);
  }
  await sink.stop();
  const writer = createJournalWriter({ redis, workspace, store, keepsStore: true, logger: quietLogger });
  const startedAtMs = performance.now();
  await writer.start();
  const kept = async (atLeast: number) => {
    const options = { timeoutMs: 600_000, intervalMs: 2, description: 'the rows to be kept' };
    await waitFor(() => writer.stats().inserted >= atLeast, options);
    return { rows: writer.stats().inserted, atMs: performance.now() };
  };
  const first = await kept(1);
  const last = await kept(rows);
  // So few rows that the first batch was all of them.
  const isAtOnce = last.rows === first.rows;
  const rate = isAtOnce
    ? perSecond(last.rows, last.atMs - startedAtMs)
    : perSecond(last.rows - first.rows, last.atMs - first.atMs);
  await writer.stop();
  return rate;
}

function makeBatches(rows: number, size: Size): StoredRow[][] {
  const clean = createRowCleaner({ payload: 'full', redact: [], person: 'plain' });
  const plan = { workspace: 'intake', payloadCharacters: PAYLOAD_CHARACTERS[size] };
  return Array.from({ length: Math.ceil(rows / BATCH_ROWS) }, (_, batch) =>
    Array.from({ length: Math.min(BATCH_ROWS, rows - batch * BATCH_ROWS) }, (_row, n) =>
      clean(benchRow(batch * BATCH_ROWS + n, plan)),
    ),
  );
}

async function writeAll(batches: StoredRow[][], write: (rows: StoredRow[]) => Promise<unknown>): Promise<number> {
  const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
  const startedAtMs = performance.now();
  const lane = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) await write(batch);
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  return perSecond(rows, performance.now() - startedAtMs);
}

function tell(report: JournalReport, name: string, rounds: readonly Round[]): void {
  const rate = (of: (round: Round) => number) => `${count(median(rounds.map(of)))} rows/s`;
  const shares = (of: (round: Round) => number) =>
    rounds.flatMap((round) => (round.copy && of(round) / round.copy) || []);
  const stores = shares((round) => round.store);
  const writers = shares((round) => round.writer);
  if (writers.length > 0)
    report.figure(
      `${name}: plain COPY`,
      rate((round) => round.copy ?? 0),
    );
  const ofCopy = stores.length > 0 ? `, ${percent(median(stores))} of COPY` : '';
  report.figure(`${name}: into the store, with sums and identities`, `${rate(({ store }) => store)}${ofCopy}`);
  const rates = rate(({ writer }) => writer);
  if (writers.length === 0) {
    report.figure(`${name}: from the queue into the store`, rates);
    return;
  }
  const share = median(writers);
  report.bar({
    name: `${name}: from the queue into the store`,
    expected: `>= ${percent(LEAST_SHARE)} of COPY`,
    measured: `${rates}, ${percent(share)} of COPY`,
    passed: share >= LEAST_SHARE,
  });
}
