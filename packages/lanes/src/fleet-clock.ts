/**
 * Redis's clock as this process sees it: set by each heartbeat, kept in between by the monotonic clock. Operations carry Redis's
 * time, so their age must be counted by it: a host whose clock is days ahead would expire all it touches, and one that
 * jumps back would keep a lane blocked for as long.
 */
export interface FleetClock {
  /** Milliseconds since 1970. Before the first heartbeat: this host's. */
  now(): number;
  /** Redis said just now that it is `redisMs`. */
  observe(redisMs: number): void;
}

/** @param monotonicMs - @defaultValue performance.now */
export function createFleetClock(monotonicMs: () => number = () => performance.now()): FleetClock {
  let offsetMs = Date.now() - monotonicMs();
  return {
    now: () => Math.floor(monotonicMs() + offsetMs),
    observe(redisMs) {
      offsetMs = redisMs - monotonicMs();
    },
  };
}
