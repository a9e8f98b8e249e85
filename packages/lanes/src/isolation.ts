/**
 * The search for an operation that kills its worker. A head that stalled twice is sent in slices from its front; before each
 * slice the head's progress says how large it is, so the next worker knows what its predecessor died of and halves it.
 * What went through is settled in the progress, so the next worker starts with what is left.
 */
export interface Isolation {
  /** Operations in the slice at the front. */
  readonly size: number;
  /** Whether the slice was being tried when this was written. */
  readonly trying: boolean;
  /** How often a worker died of the lone operation at the front. */
  readonly strikes: number;
  /** How often the head had stalled when this was written: only a further stall means that a worker died. */
  readonly stalls?: number;
  /** The operation at the front; when it has left by another way, its strikes aren't its successor's. */
  readonly front?: string;
}

/** What the last run left, as far as it still says something about what is left to send now. */
export function isolationLeft(
  left: Isolation | undefined,
  now: { readonly stalls: number; readonly front: string | undefined },
): Isolation | undefined {
  if (left === undefined) return undefined;
  if (left.front !== now.front) return { ...left, trying: false, strikes: 0 };
  // The run ended by an error of ours, not by a death: Redis away three times must not condemn an operation.
  return left.trying && now.stalls === left.stalls ? { ...left, trying: false } : left;
}

/** Deaths of a worker over one lone operation after which it is dead-lettered: one may be a coincidence, three are not. */
const STRIKES = 3;

export type IsolationStep =
  | { readonly kind: 'try'; readonly isolation: Isolation }
  /** The operation at the front is the killer. */
  | { readonly kind: 'condemn' }
  | { readonly kind: 'done' };

/** What to do at the start of a run, given what the last one left: halve the slice that killed, or condemn the killer. */
export function resumeIsolation(left: Isolation | undefined, remaining: number): IsolationStep {
  if (left === undefined) return attempt(Math.ceil(remaining / 2), remaining);
  if (!left.trying) return attempt(left.size, remaining, left.strikes);
  if (left.size > 1) return attempt(Math.ceil(left.size / 2), remaining);
  return left.strikes + 1 < STRIKES ? attempt(1, remaining, left.strikes + 1) : { kind: 'condemn' };
}

/** What to do after a slice of `size` went through: a larger one, for the killer is rare. */
export function continueIsolation(size: number, remaining: number): IsolationStep {
  return attempt(size * 2, remaining);
}

function attempt(size: number, remaining: number, strikes = 0): IsolationStep {
  if (remaining === 0) return { kind: 'done' };
  return { kind: 'try', isolation: { size: Math.min(size, remaining), trying: true, strikes } };
}
