/** What came of one attempt to forward a webhook. */
export type ForwardAttempt =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly code: string };

/** What is known when an attempt is over. */
export interface ForwardSituation {
  readonly attempt: ForwardAttempt;
  /** Attempts for this webhook, this one included. */
  readonly attempts: number;
  /** Attempts in a row that failed at this receiver, whatever the webhook, this one included. */
  readonly failuresInARow: number;
  /** Since the webhook was taken, in ms. */
  readonly ageMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/**
 * - `done`: the receiver has it.
 * - `wait`: the receiver is not well; everything waits, so that order holds.
 * - `aside`: this webhook has failed so often that others get their turn; it comes again later.
 * - `give-up`: it rests in the failed state, where Bull Board shows it and can retry it.
 */
export type ForwardStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'aside'; readonly delayMs: number }
  | { readonly kind: 'give-up'; readonly reason: string };

/** How long a webhook is tried, in ms. */
export const FORWARD_MAX_AGE_MS = 3 * 24 * 3600 * 1000;

const BASE_MS = 1_000;
const CAP_MS = 15 * 60 * 1000;
/** About 17 minutes of a receiver that is away; longer than most roll-outs, and order holds until then. */
const ATTEMPTS_IN_ORDER = 10;

/** The receiver says that this very body is wrong: sending it again changes nothing. */
const REFUSALS: ReadonlySet<number> = new Set([400, 409, 410, 413, 415, 422]);

/** Whether the receiver works, whatever it says of this one webhook. */
export function isReceiverWell(attempt: ForwardAttempt): boolean {
  if (attempt.kind === 'failed') return false;
  return (attempt.status >= 200 && attempt.status < 300) || REFUSALS.has(attempt.status);
}

/**
 * What to do next with a webhook. Statuses such as 401, 403, 404 or a redirect are about the receiver's set-up, so they are tried
 * again: it gets mended, and nothing should be lost until then.
 */
export function nextForwardStep(situation: ForwardSituation): ForwardStep {
  const { attempt, attempts, failuresInARow, ageMs, random } = situation;
  if (attempt.kind === 'answered' && attempt.status >= 200 && attempt.status < 300) return { kind: 'done' };
  const problem = attempt.kind === 'answered' ? `HTTP ${attempt.status}` : attempt.code;
  if (attempt.kind === 'answered' && REFUSALS.has(attempt.status)) {
    return { kind: 'give-up', reason: `the receiver refused it: ${problem}` };
  }
  if (ageMs >= FORWARD_MAX_AGE_MS) return { kind: 'give-up', reason: `not taken for 3 days, last: ${problem}` };
  const kind = attempts < ATTEMPTS_IN_ORDER ? 'wait' : 'aside';
  const count = kind === 'wait' ? failuresInARow : attempts;
  // Half of it is jitter: receivers come back one by one, gateways must not knock all at once.
  const fullMs = Math.min(BASE_MS * 2 ** Math.min(count - 1, 30), CAP_MS);
  return { kind, delayMs: Math.round(fullMs * (0.5 + random / 2)) };
}
