import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArchiveReader, createDayArchiver, createJournalStore, type JournalPlace } from '@cio-fleet/journal';
import { startPostgres } from '@cio-fleet/testkit';
import { createRowCleaner } from '../../packages/journal/src/intake/clean-row.ts';
import { BUSIEST, benchRow, PAYLOAD_CHARACTERS, personOf } from './journal-rows.ts';

/** Measures the archive of a day: `journal-archive.ts [rows] [postgres|sqlite]`. */
const rows = Number(process.argv[2] ?? 500_000);
const isSqlite = process.argv[3] !== 'postgres';
const WORKSPACE = 'bench';
const DAY_MS = 86_400_000;
const BATCH_ROWS = 2_000;
const LOOK_UPS = 20;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-archive-bench-'));
const postgres = isSqlite ? undefined : await startPostgres({ config: { fsync: 'off' } });
const place: JournalPlace =
  postgres === undefined
    ? { kind: 'sqlite', folder: join(folder, 'journal') }
    : { kind: 'postgres', databaseUrl: postgres.url };
const target = { kind: 'folder', folder: join(folder, 'archive') } as const;
const store = createJournalStore(place, quiet);
const archiver = createDayArchiver({ place, target, retentionDays: 2, logger: quiet });
const reader = createArchiveReader({ target, workspace: WORKSPACE });

const time = Date.now() - 5 * DAY_MS;
const clean = createRowCleaner({ payload: 'full', redact: [], person: 'plain' });
const plan = { workspace: WORKSPACE, payloadCharacters: PAYLOAD_CHARACTERS.small };
const seconds = async (work: () => Promise<unknown>) => {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1_000;
};
try {
  await store.start();
  for (let from = 0; from < rows; from += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, rows - from);
    await store.write(
      Array.from({ length: count }, (_, n) => clean({ ...benchRow(from + n, plan), time, acceptedAt: time })),
    );
  }
  const maintain = () => store.maintain({ nowMs: Date.now(), retentionDays: 2, archive: archiver.archive });
  const archiveSeconds = await seconds(maintain);
  const [day] = await reader.days();
  if (day?.rows !== rows) throw new Error(`expected ${rows} rows in the archive, got ${day?.rows}`);
  const ask = (person: string) => seconds(() => reader.timeline({ subject: { person }, window: { from: 0 } }));
  await ask(BUSIEST);
  const times: number[] = [];
  for (let n = 0; n < LOOK_UPS; n += 1) times.push(await ask(personOf(Math.random())));
  times.sort((a, b) => a - b);
  const ms = (at: number) => Math.round((times[Math.floor(times.length * at)] ?? 0) * 1_000);
  process.stdout.write(
    `${place.kind}: ${rows} rows archived in ${archiveSeconds.toFixed(1)} s (${Math.round(rows / archiveSeconds)} rows/s), ` +
      `${(day.bytes / rows).toFixed(0)} bytes a row; a person of the day in ${ms(0.5)} ms (p50), ${ms(0.9)} ms (p90)\n`,
  );
} finally {
  archiver.stop();
  await reader.close();
  await store.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}
