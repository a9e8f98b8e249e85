import type { Rollup } from '@cio-fleet/journal';
import { type Deploy, readDeploys, readLatestOutcomes } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import type { JournalAnswer, Journals } from '../journal/journals.ts';
import { type Percentiles, percentilesOf } from './percentile.ts';
import { type ChartWindow, windowUntil } from './series.ts';

/** The past of one workspace, as far as the overview shows it. */
export interface Past {
  readonly hour: { readonly window: ChartWindow; readonly rollups: readonly Rollup[] };
  readonly day: { readonly window: ChartWindow; readonly rollups: readonly Rollup[] };
  readonly deploys: readonly Deploy[];
  /** From acceptance to delivery, in ms, of the latest outcomes of the live tail. */
  readonly latency: Percentiles | undefined;
  readonly journal: JournalAnswer<unknown>;
}

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
/** Of the live tail, for percentiles. */
const LATEST = 1_000;
/** Every open page asks every two seconds; the past changes by the minute. */
const KEPT_MS = 10_000;

export interface PastReader {
  read(workspace: string): Promise<Past>;
}

/** Reads sums, never rows, and at most once in ten seconds for each workspace. */
export function createPastReader(redis: Redis, journals: Journals): PastReader {
  const kept = new Map<string, { readonly atMs: number; readonly past: Promise<Past> }>();
  const readNow = async (workspace: string, nowMs: number): Promise<Past> => {
    const hour = windowUntil(nowMs, MINUTE_MS, 60);
    const day = windowUntil(nowMs, QUARTER_MS, 96);
    const [rollups, deploys, outcomes] = await Promise.all([
      journals.ask(workspace, (reader) =>
        Promise.all(
          [hour, day].map((window) =>
            reader.rollups({ window: { from: window.fromMs }, by: ['outcome'], stepMs: window.stepMs }),
          ),
        ),
      ),
      readDeploys(redis, workspace),
      readLatestOutcomes(redis, workspace, LATEST),
    ]);
    const [hourRollups = [], dayRollups = []] = rollups.kind === 'answer' ? rollups.value : [];
    const queued = outcomes.flatMap(({ outcome, queuedMs }) => (outcome === 'delivered' ? (queuedMs ?? []) : []));
    return {
      hour: { window: hour, rollups: hourRollups },
      day: { window: day, rollups: dayRollups },
      deploys,
      latency: percentilesOf(queued),
      journal: rollups,
    };
  };
  return {
    read(workspace) {
      const nowMs = Date.now();
      const before = kept.get(workspace);
      if (before !== undefined && nowMs - before.atMs < KEPT_MS) return before.past;
      const past = readNow(workspace, nowMs);
      kept.set(workspace, { atMs: nowMs, past });
      past.catch(() => kept.delete(workspace)); // its asker is told; the next one asks anew
      return past;
    },
  };
}
