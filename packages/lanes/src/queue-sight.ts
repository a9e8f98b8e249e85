import type { Redis } from 'ioredis';
import type { QueueAddress } from './queue-address.ts';
import { roundTrip } from './state/round-trip.ts';

/** What Redis shows of a queue at one moment. */
export interface QueueSight {
  /** Jobs wait, nothing holds them back (no pause, no rate limit), and nobody works on a head. */
  readonly isIdle: boolean;
  /** The job to be taken next; undefined for none. */
  readonly next: string | undefined;
}

const COMMANDS = 5;

/** Looks at queues: two round trips, nothing is written. */
export async function lookAtQueues(redis: Redis, queues: readonly QueueAddress[]): Promise<readonly QueueSight[]> {
  const answers = await roundTrip(
    redis,
    queues.flatMap(({ keyPrefix }) => [
      ['LLEN', `${keyPrefix}wait`],
      ['LINDEX', `${keyPrefix}wait`, -1],
      ['HEXISTS', `${keyPrefix}meta`, 'paused'],
      ['PTTL', `${keyPrefix}limiter`],
      ['LRANGE', `${keyPrefix}active`, 0, -1],
    ]),
  );
  const rows = queues.map((queue, index) => {
    const [waiting, next, paused, limitedMs, active] = answers.slice(index * COMMANDS, (index + 1) * COMMANDS);
    return {
      queue,
      next: typeof next === 'string' ? next : undefined,
      active: active as string[],
      // A head that nobody holds is work too: its owner died, and only a consumer's stalled check brings it back.
      hasWork: Number(waiting) + (active as string[]).length > 0,
      isFree: Number(paused) === 0 && Number(limitedMs) <= 0,
    };
  });
  const locks = await roundTrip(
    redis,
    rows.flatMap(({ queue, active }) => active.map((id) => ['EXISTS', `${queue.keyPrefix}${id}:lock`] as const)),
  );
  let at = 0;
  return rows.map(({ active, hasWork, isFree, next }) => {
    const held = locks.slice(at, at + active.length);
    at += active.length;
    return { isIdle: hasWork && isFree && !held.some((lock) => Number(lock) > 0), next: next ?? active[0] };
  });
}
