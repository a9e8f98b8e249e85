/** What is remembered of something that may be stuck. Times by a monotonic clock. */
export interface Suspicion {
  /** Since when it looks stuck; undefined while it moves. */
  readonly stuckSinceMs?: number;
  /** When it was mended last; undefined when that was not, or is forgiven. */
  readonly mendedAtMs?: number;
}

export interface Verdict {
  readonly suspicion: Suspicion;
  readonly action: 'none' | 'mend' | 'give-up';
}

/** A mend is forgiven after this many limits: what needs one again sooner limps from mend to mend. */
const FORGIVEN_AFTER_LIMITS = 10;

/**
 * What to do about something that may be stuck: nothing while it may be a hiccup, mend it when that lasts for `limitMs`, and
 * give up when it is stuck again, or still, soon after.
 */
export function judgeSuspicion(input: {
  readonly before: Suspicion;
  readonly isStuck: boolean;
  readonly nowMs: number;
  readonly limitMs: number;
}): Verdict {
  const { before, isStuck, nowMs, limitMs } = input;
  const { mendedAtMs } = before;
  const isFresh = mendedAtMs !== undefined && nowMs - mendedAtMs <= FORGIVEN_AFTER_LIMITS * limitMs;
  const mended = isFresh ? { mendedAtMs } : {};
  if (!isStuck) return { suspicion: mended, action: 'none' };
  const { stuckSinceMs = nowMs } = before;
  if (nowMs - stuckSinceMs < limitMs) return { suspicion: { ...mended, stuckSinceMs }, action: 'none' };
  if (isFresh) return { suspicion: { ...mended, stuckSinceMs }, action: 'give-up' };
  return { suspicion: { stuckSinceMs: nowMs, mendedAtMs: nowMs }, action: 'mend' };
}
