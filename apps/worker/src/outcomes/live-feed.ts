import { setTimeout as delay } from 'node:timers/promises';
import type { JournalRow } from '@cio-fleet/journal';
import { appendOutcomes, type LiveOutcome } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';

/** What the live page and `fleet tail` show: a sample where there is more than anybody can read. */
export interface LiveFeed {
  /** How many outcomes there is room for until the next flush. */
  readonly room: number;
  offer(row: JournalRow): void;
  /** Sends what is there. */
  stop(): Promise<void>;
}

export interface LiveFeedOptions {
  readonly redis: Redis;
  readonly workspace: string;
  /** Whether the persons may be seen. */
  readonly showsPersons: boolean;
  readonly onError: (error: Error) => void;
}

/** How long the last outcomes may take, in ms: nobody misses them, and Redis may be away. */
const LAST_FLUSH_MS = 300;
/** How long outcomes collect, in ms. */
const FLUSH_MS = 250;
/** Outcomes of one flush. Redis takes each as a command of its own, so it is bounded: 1,000/s from each worker. */
const OUTCOMES_PER_FLUSH = 250;

export function createLiveFeed({ redis, workspace, showsPersons, onError }: LiveFeedOptions): LiveFeed {
  let waiting: LiveOutcome[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;

  async function flush(): Promise<void> {
    timer = undefined;
    const outcomes = waiting;
    waiting = [];
    try {
      await appendOutcomes(redis, workspace, outcomes);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** One at a time: while Redis is away, what it can't take doesn't pile up. */
  function schedule(): void {
    timer ??= setTimeout(() => {
      sending = flush().finally(() => {
        sending = undefined;
        if (waiting.length > 0) schedule();
      });
    }, FLUSH_MS);
  }

  return {
    get room() {
      return OUTCOMES_PER_FLUSH - waiting.length;
    },
    offer(row) {
      if (waiting.length >= OUTCOMES_PER_FLUSH) return;
      waiting.push(liveOutcome(row, showsPersons));
      if (sending === undefined) schedule();
    },
    async stop() {
      clearTimeout(timer);
      const last = Promise.resolve(sending).then(flush);
      await Promise.race([last, delay(LAST_FLUSH_MS, undefined, { ref: false })]);
    },
  };
}

/** Never with the payload. */
function liveOutcome(row: JournalRow, showsPerson: boolean): LiveOutcome {
  const { person, name, source, worker, attempts, status, errorCode, reason, queuedMs, lane } = row;
  const optional = { name, source, worker, attempts, status, errorCode, reason, queuedMs };
  return {
    time: row.time,
    outcome: row.outcome,
    operationId: row.operationId ?? '',
    action: row.action,
    ...(showsPerson && person !== undefined && { person }),
    ...(lane !== undefined && { lane: String(lane) }),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as typeof optional),
  } as LiveOutcome;
}
