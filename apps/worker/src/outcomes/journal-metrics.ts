import { type DayArchiver, DROP_REASONS, type Dropped, type JournalWriter } from '@cio-fleet/journal';
import { METRIC_PREFIX } from '@cio-fleet/telemetry';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What a worker counts of the journal. */
export interface JournalMetrics {
  dropped(workspace: string, dropped: Dropped): void;
  watch(writers: ReadonlyMap<string, Pick<JournalWriter, 'stats'>>, archiver?: Pick<DayArchiver, 'stats'>): void;
}

/** @param workspaces - whose rows may be dropped here */
export function createJournalMetrics(registry: Registry, workspaces: readonly string[]): JournalMetrics {
  const registers = [registry];
  const drops = new Counter({
    name: `${METRIC_PREFIX}journal_dropped_rows_total`,
    help: 'Rows that the journal will not have, because a bound was hit.',
    labelNames: ['workspace', 'reason'],
    registers,
  });
  // From 0 on: a series that begins with its first burst has no increase that an alert could see.
  for (const workspace of workspaces) for (const reason of DROP_REASONS) drops.inc({ workspace, reason }, 0);
  let watched: ReadonlyMap<string, Pick<JournalWriter, 'stats'>> = new Map();
  const counted = new Map<string, number>();
  new Counter({
    name: `${METRIC_PREFIX}journal_written_rows_total`,
    help: 'Rows that this writer added to the journal; repeats of rows that were there are not counted.',
    labelNames: ['workspace'],
    registers,
    collect() {
      for (const [workspace, writer] of watched) {
        const { inserted } = writer.stats();
        this.inc({ workspace }, inserted - (counted.get(workspace) ?? 0));
        counted.set(workspace, inserted);
      }
    },
  });
  let archive: Pick<DayArchiver, 'stats'> | undefined;
  new Counter({
    name: `${METRIC_PREFIX}journal_archived_partitions_total`,
    help: 'Days of the journal, by what the archive made of them: archived, failed (kept and tried again), abandoned (dropped without).',
    labelNames: ['result'],
    registers,
    collect() {
      const { days = 0, failures = 0, abandonedDays = 0 } = archive?.stats() ?? {};
      this.reset();
      this.inc({ result: 'archived' }, days);
      this.inc({ result: 'failed' }, failures);
      this.inc({ result: 'abandoned' }, abandonedDays);
    },
  });
  new Gauge({
    name: `${METRIC_PREFIX}journal_archive_waiting_partitions`,
    help: 'Days that the journal keeps beyond its retention, because they could not be archived yet.',
    registers,
    collect() {
      this.set(archive?.stats().waitingDays ?? 0);
    },
  });
  return {
    dropped: (workspace, { reason, rows }) => drops.inc({ workspace, reason }, rows),
    watch(writers, archiver) {
      watched = writers;
      archive = archiver;
    },
  };
}
