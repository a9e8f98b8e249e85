import { BoundedMap } from './bounded-map.ts';
import type { SharedWindow } from './shared-window.ts';

/** Limits how often a subject (a key, an address) may come. */
export interface LeasedLimit {
  /**
   * Takes one request off the subject's window.
   *
   * @returns undefined when it may pass; else the seconds after which to come again
   */
  take(key: string, requestsPerSecond: number): Promise<number | undefined> | number | undefined;
}

export interface LeasedLimitOptions {
  readonly shared: SharedWindow;
  readonly windowSeconds: number;
  readonly now?: () => number;
}

interface Lease {
  /** Requests that may pass without asking. */
  left: number;
  /** When the window that they belong to ends. */
  untilMs: number;
  /** Nothing passes before. */
  blockedUntilMs: number;
  /** Made by this process alone: when it is used up, nobody has more. */
  isLocal: boolean;
  asking: Promise<void> | undefined;
}

/** A process takes this part of a window at once, so that Redis is asked for every 50th part of the requests only. */
const LEASES_PER_WINDOW = 50;
const MAX_LEASE = 1_000;
/** Without an answer of Redis the process goes on alone for so long before it asks again. */
const ALONE_MS = 1_000;
const MAX_SUBJECTS = 20_000;

/**
 * Windows shared by all gateways, at less than one round trip per request: a process leases some requests at once, and a
 * window that is used up is remembered here. While Redis is away each process grants the whole window by itself: then the
 * spool takes the operations, and refusing them for want of a counter would lose them.
 */
export function createLeasedLimit(options: LeasedLimitOptions): LeasedLimit {
  const { shared, windowSeconds, now = () => performance.now() } = options;
  const leases = new BoundedMap<Lease>(MAX_SUBJECTS);
  let aloneUntilMs = Number.NEGATIVE_INFINITY;

  function leaseOf(key: string): Lease {
    const known = leases.get(key);
    if (known !== undefined) return known;
    const made: Lease = { left: 0, untilMs: 0, blockedUntilMs: 0, isLocal: false, asking: undefined };
    leases.set(key, made);
    return made;
  }

  /** What the lease itself can answer; `ask` when it can't. */
  function takeFrom(lease: Lease): 'passed' | 'ask' | number {
    const nowMs = now();
    if (nowMs < lease.blockedUntilMs) return Math.max(1, Math.ceil((lease.blockedUntilMs - nowMs) / 1_000));
    if (nowMs >= lease.untilMs) return 'ask';
    if (lease.left > 0) {
      lease.left -= 1;
      return 'passed';
    }
    if (!lease.isLocal) return 'ask';
    lease.blockedUntilMs = lease.untilMs;
    return Math.max(1, Math.ceil((lease.untilMs - nowMs) / 1_000));
  }

  async function refill(lease: Lease, key: string, limit: number): Promise<void> {
    const points = Math.min(MAX_LEASE, Math.max(1, Math.floor(limit / LEASES_PER_WINDOW)));
    const answer = now() < aloneUntilMs ? undefined : await shared.take(key, points, limit);
    if (answer === undefined) {
      aloneUntilMs = Math.max(aloneUntilMs, now() + ALONE_MS);
      Object.assign(lease, { left: limit, untilMs: now() + windowSeconds * 1_000, isLocal: true });
    } else if (answer.granted) {
      Object.assign(lease, { left: points, untilMs: now() + Math.max(1, answer.endsInMs), isLocal: false });
    } else lease.blockedUntilMs = now() + Math.max(1, answer.endsInMs);
  }

  async function ask(lease: Lease, key: string, limit: number): Promise<number | undefined> {
    for (;;) {
      lease.asking ??= refill(lease, key, limit).finally(() => {
        lease.asking = undefined;
      });
      await lease.asking;
      const answer = takeFrom(lease);
      if (answer === 'passed') return undefined;
      if (answer !== 'ask') return answer;
    }
  }

  return {
    take(key, requestsPerSecond) {
      if (requestsPerSecond === 0) return undefined;
      const lease = leaseOf(key);
      const answer = takeFrom(lease);
      if (answer === 'passed') return undefined;
      if (answer !== 'ask') return answer;
      return ask(lease, key, Math.max(1, Math.ceil(requestsPerSecond * windowSeconds)));
    },
  };
}
