import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { within } from './within.ts';

/** What the window of a subject says to a request for some of its points. */
export interface WindowAnswer {
  readonly granted: boolean;
  /** Until the window ends, in ms. */
  readonly endsInMs: number;
}

/** Windows of all gateways together. */
export interface SharedWindow {
  /** @returns undefined when Redis is away or too slow */
  take(key: string, points: number, limit: number): Promise<WindowAnswer | undefined>;
}

export interface SharedWindowOptions {
  readonly redis: Redis;
  readonly windowSeconds: number;
  /** How long Redis may take. A request waits for it. */
  readonly timeoutMs: number;
}

/** Fixed windows in Redis, each a counter that ends by itself. */
export function createSharedWindow({ redis, windowSeconds, timeoutMs }: SharedWindowOptions): SharedWindow {
  const limiters = new Map<number, RateLimiterRedis>();
  const limiterOf = (limit: number) => {
    const known = limiters.get(limit);
    if (known !== undefined) return known;
    const made = new RateLimiterRedis({ storeClient: redis, keyPrefix: '', points: limit, duration: windowSeconds });
    limiters.set(limit, made);
    return made;
  };

  return {
    async take(key, points, limit) {
      if (redis.status !== 'ready') return undefined;
      const asked = limiterOf(limit)
        .consume(key, points)
        .then(
          ({ msBeforeNext }) => ({ granted: true, endsInMs: msBeforeNext }),
          (reason: unknown) => {
            // Rejected by an answer: the window is used up. By an error: Redis failed.
            if (reason instanceof RateLimiterRes) return { granted: false, endsInMs: reason.msBeforeNext };
            throw reason;
          },
        );
      return within(timeoutMs, asked);
    },
  };
}
