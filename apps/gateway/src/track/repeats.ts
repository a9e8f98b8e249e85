import { createHash } from 'node:crypto';
import type { OperationInput } from '@cio-fleet/producer';
import type { Caller } from '../access/caller.ts';

/** What is known of an operation that a client may be repeating. */
export type Known = 'durable' | 'retained';

/**
 * Operations that are durable, or retained by the producer, although their client was told 503 and so will repeat them: those
 * of a batch whose others could not be taken, and those that Redis took too late. A repeat is matched by its content and
 * answered by what became of the first.
 *
 * Only what a repeat would do twice is remembered: events, form submissions, metrics. Repeats of all else are harmless, and
 * must be sent, for something else may have come in between.
 */
export interface Repeats {
  remember(caller: Caller, operation: OperationInput, known: Known): void;
  /** Takes one of equal content out; undefined where there is none. */
  take(caller: Caller, operation: OperationInput): Known | undefined;
}

export interface RepeatsOptions {
  /** Operations remembered at most; the oldest are forgotten first. @defaultValue 20000 */
  readonly maxOperations?: number;
  /** How long, in ms. Longer than any SDK tries. @defaultValue 600000 (10 minutes) */
  readonly windowMs?: number;
  /** @defaultValue performance.now */
  readonly now?: () => number;
}

const defaults = { maxOperations: 20_000, windowMs: 600_000, now: () => performance.now() } satisfies RepeatsOptions;

/** Operations of one content that are not repeated yet. */
interface Entry {
  /** When the last of them came. */
  readonly atMs: number;
  readonly known: readonly Known[];
}

export function createRepeats(options: RepeatsOptions = {}): Repeats {
  const { maxOperations, windowMs, now } = { ...defaults, ...options };
  /** The content that was seen last is at the end. */
  const entries = new Map<string, Entry>();
  let count = 0;

  function forgetOld(): void {
    const oldestMs = now() - windowMs;
    for (const [key, { atMs, known }] of entries) {
      if (count <= maxOperations && atMs >= oldestMs) return;
      entries.delete(key);
      count -= known.length;
    }
  }

  return {
    remember(caller, operation, known) {
      if (!doesTwice(operation)) return;
      const key = keyOf(caller, operation);
      const before = entries.get(key)?.known ?? [];
      entries.delete(key);
      entries.set(key, { atMs: now(), known: [...before, known] });
      count += 1;
      forgetOld();
    },
    take(caller, operation) {
      // The usual case costs nothing: nobody has been told to repeat anything.
      if (count === 0 || !doesTwice(operation)) return undefined;
      forgetOld();
      const key = keyOf(caller, operation);
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const [first, ...others] = entry.known;
      if (others.length === 0) entries.delete(key);
      else entries.set(key, { ...entry, known: others });
      count -= 1;
      return first;
    },
  };
}

function doesTwice({ type, action }: OperationInput): boolean {
  switch (type) {
    case 'person':
      return action === 'event' || action === 'page' || action === 'screen';
    case 'form':
    case 'invite':
      return true;
    case 'delivery':
      return action === 'event' || action === 'metric';
    default:
      return false;
  }
}

/** Keys are digests: what they stand for may be personal, and needn't be kept. */
function keyOf({ workspace, keyId }: Caller, operation: OperationInput): string {
  return createHash('sha256')
    .update(JSON.stringify([workspace, keyId, operation]))
    .digest('base64url');
}
