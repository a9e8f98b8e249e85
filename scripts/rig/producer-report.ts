import { writeSync } from 'node:fs';

/** How a producer's calls have gone so far. */
export interface Pace {
  /** The longest that a call took, in ms. */
  readonly slowestCallMs: number;
  /** Calls that were answered after their time-out, by more than the process was kept from running behind it. */
  readonly lateCalls: number;
  /** The longest time that the process didn't run its timers, in ms. */
  readonly longestGapMs: number;
}

/** One line of what a numbered producer's process says on stdout. */
export type ProducerLine =
  | { readonly kind: 'ready' }
  /** A call was answered `ok`. */
  | { readonly kind: 'accepted'; readonly person: string; readonly n: number }
  /** A call was not answered in time, and the operation stays buffered. */
  | { readonly kind: 'retained'; readonly person: string; readonly n: number }
  /** Operation `n` will be this person's suppress or delete. */
  | { readonly kind: 'erasing'; readonly person: string; readonly n: number }
  | { readonly kind: 'refused'; readonly code: string }
  /** Twice a second, and when all calls are made. */
  | ({ readonly kind: 'pace' } & Pace)
  /** All calls that it was told to make are made. */
  | { readonly kind: 'sent' }
  /** After all calls were made: nothing is left in memory or in the spool. */
  | { readonly kind: 'flushed' }
  /** The last line of one that ended in peace. */
  | { readonly kind: 'ended'; readonly isFlushed: boolean };

/** Short, for there are millions of them. */
const LETTERS = { accepted: 'a', retained: 't', erasing: 'e' } as const;

export function formatProducerLine(line: ProducerLine): string {
  switch (line.kind) {
    case 'ready':
      return 'r';
    case 'refused':
      return `x ${line.code}`;
    case 'pace':
      return `p ${Math.round(line.slowestCallMs)} ${line.lateCalls} ${Math.round(line.longestGapMs)}`;
    case 'sent':
      return 's';
    case 'flushed':
      return 'f';
    case 'ended':
      return `z ${line.isFlushed ? 1 : 0}`;
    default:
      return `${LETTERS[line.kind]} ${line.person} ${line.n}`;
  }
}

/** @throws Error for a line that no numbered producer writes */
export function parseProducerLine(text: string): ProducerLine {
  const [letter, first = '', second = '', third = ''] = text.split(' ');
  switch (letter) {
    case 'r':
      return { kind: 'ready' };
    case 'x':
      return { kind: 'refused', code: first };
    case 'p':
      return {
        kind: 'pace',
        slowestCallMs: Number(first),
        lateCalls: Number(second),
        longestGapMs: Number(third),
      };
    case 's':
      return { kind: 'sent' };
    case 'f':
      return { kind: 'flushed' };
    case 'z':
      return { kind: 'ended', isFlushed: first === '1' };
    case 'a':
      return { kind: 'accepted', person: first, n: Number(second) };
    case 't':
      return { kind: 'retained', person: first, n: Number(second) };
    case 'e':
      return { kind: 'erasing', person: first, n: Number(second) };
    default:
      throw new Error(`expected a line of a numbered producer, got ${JSON.stringify(text.slice(0, 200))}`);
  }
}

/**
 * Writes a line to stdout before it returns. A pipe keeps what was written when its writer is killed, so no `ok` that this
 * process was told is forgotten.
 */
export function reportNow(line: ProducerLine): void {
  let rest = Buffer.from(`${formatProducerLine(line)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); // the reader is busy: wait a moment
    }
  }
}
