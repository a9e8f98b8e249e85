import { createJournalSink, createJournalStore, createJournalWriter, type JournalPlace } from '@cio-fleet/journal';
import { waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { benchRow } from './journal-rows.ts';

/**
 * Intake beside the look-ups of the journal's bench, in a process of its own: sink, queue and writer at a steady rate. Says `ready` on
 * stdout once rows are kept, and what it did as JSON when its stdin ends.
 */
const { redisUrl, workspace, place, rowsPerSecond, payloadCharacters } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly redisUrl: string;
  readonly workspace: string;
  readonly place: JournalPlace;
  readonly rowsPerSecond: number;
  readonly payloadCharacters: number;
};

const logger = { info: () => undefined, warn: console.error, error: console.error };
const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
const sink = createJournalSink({ redis, workspace, logger, payload: 'full' });
const store = createJournalStore(place, logger);
let longestWriteMs = 0;
const timed = {
  ...store,
  async write(rows: Parameters<typeof store.write>[0]) {
    const startedAtMs = performance.now();
    const report = await store.write(rows);
    if (longestWriteMs === 0) process.stdout.write('ready\n');
    longestWriteMs = Math.max(longestWriteMs, performance.now() - startedAtMs);
    return report;
  },
};
// Days are dropped by the bench, not by the clock.
const writer = createJournalWriter({ redis, workspace, store: timed, logger, maintenanceIntervalMs: 3_600_000 });
await writer.start();

const TICK_MS = 20;
const startedAtMs = performance.now();
let sent = 0;
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - startedAtMs) / 1_000) * rowsPerSecond);
  for (; sent < due; sent += 1) sink.record(benchRow(sent, { workspace, payloadCharacters }));
}, TICK_MS);

process.stdin.resume();
process.stdin.on('end', async () => {
  clearInterval(timer);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  const { inserted } = writer.stats();
  const stoppedAtMs = performance.now();
  await sink.flush();
  await waitFor(() => writer.stats().inserted >= sink.stats().queued, { timeoutMs: 120_000 });
  const backlogMs = Math.round(performance.now() - stoppedAtMs);
  const kept = writer.stats().inserted;
  await sink.stop();
  await writer.stop();
  redis.disconnect();
  process.stdout.write(
    `${JSON.stringify({ sent, seconds, inserted, kept, backlogMs, longestWriteMs: Math.round(longestWriteMs) })}\n`,
  );
});
