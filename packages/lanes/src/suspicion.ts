/** Something looks stuck, since when, and whether it was mended once already. Times by a monotonic clock. */
export interface Suspicion {
  readonly sinceMs: number;
  readonly isMended: boolean;
}

export interface Verdict {
  readonly suspicion: Suspicion | undefined;
  readonly action: 'none' | 'mend' | 'give-up';
}

/**
 * What to do about something that may be stuck: nothing while it may be a hiccup, mend it once when it lasts for `limitMs`,
 * give up when that did not help within another `limitMs`. Whatever moves again is forgiven.
 */
export function judgeSuspicion(input: {
  readonly before: Suspicion | undefined;
  readonly isStuck: boolean;
  readonly nowMs: number;
  readonly limitMs: number;
}): Verdict {
  const { before, isStuck, nowMs, limitMs } = input;
  if (!isStuck) return { suspicion: undefined, action: 'none' };
  if (before === undefined) return { suspicion: { sinceMs: nowMs, isMended: false }, action: 'none' };
  if (nowMs - before.sinceMs < limitMs) return { suspicion: before, action: 'none' };
  if (before.isMended) return { suspicion: before, action: 'give-up' };
  return { suspicion: { sinceMs: nowMs, isMended: true }, action: 'mend' };
}
