import { deadLetterQueueName, queueKeyPrefix } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { DEAD_LETTER_FIELDS, type RestingDeadLetter, readRestingDeadLetter } from './resting-dead-letter.ts';
import { roundTrip } from './round-trip.ts';

/** A place in the failed set: when the dead letter came to rest (ms), and its id. */
export interface FailedSetPosition {
  readonly score: number;
  readonly id: string;
}

export interface FailedSetEntry {
  readonly position: FailedSetPosition;
  readonly deadLetter: RestingDeadLetter;
}

export interface WalkOptions {
  readonly order: 'oldest-first' | 'newest-first';
  /** Start behind this one. */
  readonly after?: FailedSetPosition;
  /** Stop behind this score (ms). */
  readonly lastScore?: number;
  /** Dead letters per round trip. A packed one can be megabytes, so this is small. @defaultValue 50 */
  readonly pageSize?: number;
}

/**
 * Walks the dead letters by when they came to rest, ties by id (so by ULID: the order in which the operations were
 * accepted). It goes by position, not by rank, so that what is redriven or removed meanwhile shifts nothing.
 */
export async function* walkFailedSet(
  redis: Redis,
  workspace: string,
  options: WalkOptions,
): AsyncGenerator<FailedSetEntry> {
  const prefix = queueKeyPrefix(workspace, deadLetterQueueName(workspace));
  const pageSize = options.pageSize ?? 50;
  const newestFirst = options.order === 'newest-first';
  let position = options.after;
  let offset = 0;
  for (;;) {
    const from = position?.score ?? (newestFirst ? '+inf' : '-inf');
    const to = newestFirst ? '-inf' : (options.lastScore ?? '+inf');
    const range = ['ZRANGE', `${prefix}failed`, from, to, 'BYSCORE', ...(newestFirst ? ['REV'] : [])] as const;
    const [answer] = await roundTrip(redis, [[...range, 'LIMIT', offset, pageSize, 'WITHSCORES']]);
    const page = positionsOf(answer as string[]);
    // Of those with the very score of our position, the ones up to it were seen.
    const fresh = page.filter((entry) => isBehind(entry, position, newestFirst));
    const jobs = await roundTrip(
      redis,
      fresh.map(({ id }) => ['HMGET', `${prefix}${id}`, ...DEAD_LETTER_FIELDS]),
    );
    for (const [index, entry] of fresh.entries()) {
      yield { position: entry, deadLetter: readRestingDeadLetter(entry.id, jobs[index] as (string | null)[]) };
    }
    if (page.length < pageSize) return;
    // A page of nothing new: all of it has the score of our position, so look behind it.
    offset = fresh.length === 0 ? offset + pageSize : 0;
    position = fresh.at(-1) ?? position;
  }
}

function isBehind(entry: FailedSetPosition, position: FailedSetPosition | undefined, newestFirst: boolean): boolean {
  if (position === undefined || entry.score !== position.score) return true;
  return newestFirst ? entry.id < position.id : entry.id > position.id;
}

function positionsOf(answer: readonly (string | readonly string[])[]): FailedSetPosition[] {
  const flat = answer.flat();
  return Array.from({ length: flat.length / 2 }, (_, index) => ({
    id: flat[index * 2] as string,
    score: Number(flat[index * 2 + 1]),
  }));
}
