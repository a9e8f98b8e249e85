import { gatewayReportKey } from '@cio-fleet/contracts';
import { type Service, service } from '@cio-fleet/lifecycle';
import type { Redis } from 'ioredis';
import { bucketOf, HOURS, MINUTES } from './buckets.ts';
import { writeField } from './report-field.ts';
import { COUNTED, NOTHING, type Subject, type SubjectCounts } from './subject-counts.ts';
import { TopNames } from './top-names.ts';

/** Counts for the spam report. Cheap: nothing is written before the next flush, and memory is bounded. */
export interface SpamRecorder extends Service {
  count(workspace: string, subject: Subject, counts: Partial<SubjectCounts>): void;
  /** An operation's event name, or its verb where it has none. */
  event(workspace: string, subject: Subject, name: string): void;
  /** Writes what was counted so far. */
  flush(): Promise<void>;
}

export interface SpamRecorderOptions {
  /** Made for a `page`: it fails at once while Redis is away. Belongs to the caller. */
  readonly redis: Redis;
  /** Between two writes, in ms. @defaultValue 5_000 */
  readonly flushMs?: number;
  /** In ms since the epoch. @defaultValue Date.now */
  readonly now?: () => number;
}

interface Tally {
  readonly workspace: string;
  readonly subject: Subject;
  counts: SubjectCounts;
  readonly names: TopNames;
}

const FLUSH_MS = 5_000;
/** Subjects that are told apart between two writes; further ones go uncounted. */
const MAX_SUBJECTS = 2_000;
/** Of each subject, in memory and in each write. */
const KNOWN_NAMES = 32;
const WRITTEN_NAMES = 5;
const MAX_NAME_LENGTH = 100;

export function createSpamRecorder(options: SpamRecorderOptions): SpamRecorder {
  const { redis, flushMs = FLUSH_MS, now = Date.now } = options;
  let tallies = new Map<string, Tally>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function tallyOf(workspace: string, subject: Subject): Tally | undefined {
    const key = `${workspace} ${subject}`;
    const known = tallies.get(key);
    if (known !== undefined) return known;
    if (tallies.size >= MAX_SUBJECTS) return undefined;
    const made: Tally = { workspace, subject, counts: NOTHING, names: new TopNames(KNOWN_NAMES) };
    tallies.set(key, made);
    return made;
  }

  async function write(written: readonly Tally[]): Promise<void> {
    if (written.length === 0) return;
    const atMs = now();
    await Promise.all(
      [...Map.groupBy(written, ({ workspace }) => workspace)].map(([workspace, ofWorkspace]) =>
        // One pipeline for each workspace, whose keys share a slot. A report is no ledger: what Redis doesn't take is gone.
        writeWorkspace(redis, workspace, ofWorkspace, atMs).catch(() => undefined),
      ),
    );
  }

  const flush = () => {
    // While Redis is away what was counted stays, and is told with the minute in which it is back.
    if (redis.status !== 'ready') return flushing;
    const written = [...tallies.values()];
    tallies = new Map();
    flushing = flushing.then(() => write(written));
    return flushing;
  };

  const base = service({
    name: 'spam-report',
    start() {
      timer = setInterval(() => void flush(), flushMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await flush();
    },
  });
  return {
    ...base,
    count(workspace, subject, counts) {
      const tally = tallyOf(workspace, subject);
      if (tally === undefined) return;
      const merged = { ...tally.counts };
      for (const counted of COUNTED) merged[counted] += counts[counted] ?? 0;
      tally.counts = merged;
    },
    event: (workspace, subject, name) => tallyOf(workspace, subject)?.names.add(name.slice(0, MAX_NAME_LENGTH)),
    flush,
  };
}

async function writeWorkspace(redis: Redis, workspace: string, tallies: readonly Tally[], atMs: number): Promise<void> {
  const batch = redis.pipeline();
  for (const size of [MINUTES, HOURS]) {
    const key = gatewayReportKey(workspace, bucketOf(size, atMs));
    for (const { subject, counts, names } of tallies) {
      for (const counted of COUNTED) {
        if (counts[counted] > 0) batch.hincrby(key, writeField({ kind: 'count', subject, counted }), counts[counted]);
      }
      for (const { name, count } of names.top(WRITTEN_NAMES)) {
        batch.hincrby(key, writeField({ kind: 'name', subject, name }), count);
      }
    }
    batch.expire(key, size.ttlSeconds);
  }
  await batch.exec();
}
