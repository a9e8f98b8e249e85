import type { Redis } from 'ioredis';
import { type DeadLetterFilter, matchesDeadLetter } from './dead-letter-filter.ts';
import { type FailedSetPosition, walkFailedSet } from './failed-set.ts';
import type { RestingDeadLetter } from './resting-dead-letter.ts';

export interface ListDeadLettersOptions {
  readonly redis: Redis;
  readonly workspace: string;
  readonly filter?: DeadLetterFilter;
  /** @defaultValue `newest-first` */
  readonly order?: 'oldest-first' | 'newest-first';
  /** How many at most. @defaultValue 50 */
  readonly limit?: number;
  /** Looks at this many at most, however few match. @defaultValue no bound */
  readonly mostLooked?: number;
  /** `next` of the page before. */
  readonly after?: FailedSetPosition;
}

export interface DeadLetterPage {
  readonly deadLetters: readonly RestingDeadLetter[];
  /** Where the next page starts; absent on the last one. */
  readonly next?: FailedSetPosition;
}

const defaults = {
  order: 'newest-first',
  limit: 50,
  mostLooked: Number.POSITIVE_INFINITY,
} as const satisfies Partial<ListDeadLettersOptions>;

/** One page of the dead letters that rest in `<workspace>.dead-letter`. */
export async function listDeadLetters(options: ListDeadLettersOptions): Promise<DeadLetterPage> {
  const { redis, workspace, filter = {}, order, limit, mostLooked, after } = { ...defaults, ...options };
  const deadLetters: RestingDeadLetter[] = [];
  let last: FailedSetPosition | undefined;
  let looked = 0;
  for await (const { position, deadLetter } of walkFailedSet(redis, workspace, {
    order,
    ...(after === undefined ? {} : { after }),
  })) {
    looked += 1;
    if (looked > mostLooked) break;
    if (!matchesDeadLetter(deadLetter, filter)) continue;
    // One more than asked for proves that there is a next page.
    if (deadLetters.length === limit) return { deadLetters, ...(last === undefined ? {} : { next: last }) };
    deadLetters.push(deadLetter);
    last = position;
  }
  return { deadLetters };
}
