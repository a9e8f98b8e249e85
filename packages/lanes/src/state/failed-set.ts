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
}

/** A packed dead letter can be megabytes, so few are read at once. */
const READ_AT_ONCE = 50;

/** Positions are small. */
const POSITIONS_AT_ONCE = 5_000;

/** How many are put in order at once; some 10 MB. */
const WINDOW = 100_000;

/** Walks the dead letters by when they came to rest, ties by id. */
export async function* walkFailedSet(
  redis: Redis,
  workspace: string,
  options: WalkOptions,
): AsyncGenerator<FailedSetEntry> {
  for await (const positions of walkPositions(redis, workspace, options, READ_AT_ONCE)) {
    const deadLetters = await readDeadLetters(
      redis,
      workspace,
      positions.map(({ id }) => id),
    );
    for (const [index, position] of positions.entries()) {
      const deadLetter = deadLetters[index];
      if (deadLetter !== undefined) yield { position, deadLetter };
    }
  }
}

/**
 * Walks the dead letters up to `lastScore` by id: by ULID, which is the order in which their operations were accepted. (They
 * came to rest lane by lane.) Of more than 100,000, each 100,000 are in order.
 */
export async function* walkByAcceptance(
  redis: Redis,
  workspace: string,
  lastScore: number,
): AsyncGenerator<RestingDeadLetter> {
  let window: string[] = [];
  for await (const positions of walkPositions(
    redis,
    workspace,
    { order: 'oldest-first', lastScore },
    POSITIONS_AT_ONCE,
  )) {
    window.push(...positions.map(({ id }) => id));
    if (window.length < WINDOW) continue;
    yield* readInOrder(redis, workspace, window);
    window = [];
  }
  yield* readInOrder(redis, workspace, window);
}

async function* readInOrder(
  redis: Redis,
  workspace: string,
  ids: readonly string[],
): AsyncGenerator<RestingDeadLetter> {
  const sorted = [...ids].sort();
  for (let from = 0; from < sorted.length; from += READ_AT_ONCE) {
    const page = await readDeadLetters(redis, workspace, sorted.slice(from, from + READ_AT_ONCE));
    yield* page.filter((deadLetter) => deadLetter !== undefined);
  }
}

/** In the order of `ids`; `undefined` for one that was removed meanwhile. */
async function readDeadLetters(
  redis: Redis,
  workspace: string,
  ids: readonly string[],
): Promise<(RestingDeadLetter | undefined)[]> {
  const prefix = queueKeyPrefix(workspace, deadLetterQueueName(workspace));
  const jobs = await roundTrip(
    redis,
    ids.map((id) => ['HMGET', `${prefix}${id}`, ...DEAD_LETTER_FIELDS]),
  );
  return ids.map((id, index) => {
    const fields = jobs[index] as (string | null)[];
    return fields.every((field) => field === null) ? undefined : readRestingDeadLetter(id, fields);
  });
}

/** Goes by position, not by rank, so that what is redriven or removed meanwhile shifts nothing. */
async function* walkPositions(
  redis: Redis,
  workspace: string,
  options: WalkOptions,
  pageSize: number,
): AsyncGenerator<readonly FailedSetPosition[]> {
  const key = `${queueKeyPrefix(workspace, deadLetterQueueName(workspace))}failed`;
  const newestFirst = options.order === 'newest-first';
  let position = options.after;
  let offset = 0;
  for (;;) {
    const from = position?.score ?? (newestFirst ? '+inf' : '-inf');
    const to = newestFirst ? '-inf' : (options.lastScore ?? '+inf');
    const range = ['ZRANGE', key, from, to, 'BYSCORE', ...(newestFirst ? ['REV'] : [])] as const;
    const [answer] = await roundTrip(redis, [[...range, 'LIMIT', offset, pageSize, 'WITHSCORES']]);
    const page = positionsOf(answer as string[]);
    // Of those with the very score of our position, the ones up to it were seen.
    const fresh = page.filter((entry) => isBehind(entry, position, newestFirst));
    if (fresh.length > 0) yield fresh;
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
