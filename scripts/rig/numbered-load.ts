import type { Producer } from '@cio-fleet/producer';
import type { ArrivalChecker } from './arrival-checker.ts';
import { integerBelow } from './seeded-random.ts';

export interface NumberedLoadOptions {
  readonly cio: Producer;
  readonly checker: ArrivalChecker;
  readonly operations: number;
  readonly persons: number;
  readonly random: () => number;
  /** Operations in flight at a time. */
  readonly concurrency: number;
  /** Operations per second; undefined: as fast as they are accepted. */
  readonly perSecond?: number;
  readonly signal?: AbortSignal;
}

/** Share of identifies; the rest are tracks. */
const IDENTIFY_SHARE = 0.2;

/**
 * Sends numbered operations on random persons. Calls on one person follow each other, so their order is known: the next is
 * made only when the one before was answered.
 */
export async function sendNumberedLoad(options: NumberedLoadOptions): Promise<void> {
  const { cio, checker, operations, persons, random, concurrency, perSecond, signal } = options;
  const startedAt = performance.now();
  const last = new Map<string, Promise<void>>();
  let sent = 0;

  const call = async (person: string, before: Promise<void> | undefined): Promise<void> => {
    await before;
    const n = checker.next(person);
    const result =
      random() < IDENTIFY_SHARE
        ? await cio.identify(person, { [`n${n}`]: true })
        : await cio.track(person, 'Numbered', { n });
    if (result.ok) checker.accepted(person, n);
    // It stays buffered, so it is sent when Redis is back; but nothing was promised.
    else if (!result.error.retained) throw new Error(`${result.error.code}: ${result.error.message}`);
  };

  const lane = async (): Promise<void> => {
    while (sent < operations && !signal?.aborted) {
      sent += 1;
      if (perSecond !== undefined) await until(startedAt + (sent / perSecond) * 1000);
      const person = `p${integerBelow(random, persons)}`;
      const done = call(person, last.get(person));
      last.set(person, done);
      await done;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

async function until(at: number): Promise<void> {
  const waitMs = at - performance.now();
  if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
}
