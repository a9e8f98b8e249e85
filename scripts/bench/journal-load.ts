import {
  createJournalSink,
  createJournalStore,
  createJournalWriter,
  type JournalPlace,
  type JournalWriter,
} from '@cio-fleet/journal';
import { waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { machineNowMs } from './clock.ts';
import { benchRow, PAYLOAD_CHARACTERS } from './journal-rows.ts';
import { quietLogger } from './journal-stage.ts';
import { serveRole } from './serve-role.ts';

/** What comes in beside the questions of the journal's bench, in a process of its own. */
export interface SteadyLoad {
  readonly redisUrl: string;
  readonly workspace: string;
  readonly place: JournalPlace;
  readonly rowsPerSecond: number;
}

/** What came of it. */
export interface LoadReport {
  readonly sent: number;
  readonly kept: number;
  readonly seconds: number;
  /** How long the writer had to write after the last row. */
  readonly backlogMs: number;
  /** When batches were kept, on the machine's clock. */
  readonly keptAtMs: readonly number[];
}

/** Rows that are only queued, as fast as it goes; somebody else writes them. */
export interface QueueLoad {
  readonly redisUrl: string;
  readonly workspace: string;
  readonly rows: number;
  /** The rows' times are spread over so many ms up to now. */
  readonly spreadMs: number;
}

const TICK_MS = 20;
const PACK_ROWS = 1_000;
let stopSteady: (() => Promise<LoadReport>) | undefined;

serveRole({
  /** Answers when the first rows are kept. */
  async start({ redisUrl, workspace, place, rowsPerSecond }: SteadyLoad): Promise<void> {
    const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
    const sink = createJournalSink({ redis, workspace, logger: quietLogger, payload: 'full' });
    const { writer, keptAtMs } = timedWriter(redis, workspace, place);
    await writer.start();
    const plan = { workspace, payloadCharacters: PAYLOAD_CHARACTERS.small };
    const startedAtMs = performance.now();
    let sent = 0;
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startedAtMs) / 1_000) * rowsPerSecond);
      for (; sent < due; sent += 1) sink.record(benchRow(sent, plan));
    }, TICK_MS);
    stopSteady = async () => {
      clearInterval(timer);
      const stoppedAtMs = performance.now();
      await sink.flush();
      await waitFor(() => writer.stats().inserted >= sink.stats().queued, { timeoutMs: 120_000 });
      const backlogMs = performance.now() - stoppedAtMs;
      const kept = writer.stats().inserted;
      await sink.stop();
      await writer.stop();
      redis.disconnect();
      return { sent, kept, seconds: (stoppedAtMs - startedAtMs) / 1_000, backlogMs, keptAtMs };
    };
    await waitFor(() => keptAtMs.length > 0, { timeoutMs: 60_000, description: 'rows to come in' });
  },

  stop: async () => await stopSteady?.(),

  async queue({ redisUrl, workspace, rows, spreadMs }: QueueLoad): Promise<void> {
    const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
    const sink = createJournalSink({ redis, workspace, logger: quietLogger, payload: 'full' });
    const plan = { workspace, payloadCharacters: PAYLOAD_CHARACTERS.small, spreadMs, rows };
    for (let from = 0; from < rows; from += PACK_ROWS) {
      const length = Math.min(PACK_ROWS, rows - from);
      const result = await sink.write(Array.from({ length }, (_, n) => benchRow(from + n, plan)));
      if (!result.queued) throw new Error(`expected the pack to be queued, got ${result.reason}`);
    }
    await sink.stop();
    redis.disconnect();
  },
});

function timedWriter(redis: Redis, workspace: string, place: JournalPlace) {
  const keptAtMs: number[] = [];
  const store = createJournalStore(place, quietLogger);
  const timed: typeof store = {
    ...store,
    async write(rows) {
      const report = await store.write(rows);
      keptAtMs.push(machineNowMs());
      return report;
    },
  };
  // Days are dropped by the bench, not by the clock.
  const options = { redis, workspace, store: timed, logger: quietLogger, maintenanceIntervalMs: 3_600_000 };
  const writer: JournalWriter = createJournalWriter(options);
  return { writer, keptAtMs };
}
