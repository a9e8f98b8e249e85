import { writeSync } from 'node:fs';

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
  /** The last line of one that ended in peace. */
  | { readonly kind: 'ended'; readonly isFlushed: boolean; readonly slowestCallMs: number };

/** Short, for there are millions of them. */
const LETTERS = { accepted: 'a', retained: 't', erasing: 'e' } as const;

export function formatProducerLine(line: ProducerLine): string {
  switch (line.kind) {
    case 'ready':
      return 'r';
    case 'refused':
      return `x ${line.code}`;
    case 'ended':
      return `z ${line.isFlushed ? 1 : 0} ${Math.round(line.slowestCallMs)}`;
    default:
      return `${LETTERS[line.kind]} ${line.person} ${line.n}`;
  }
}

/** @throws Error for a line that no numbered producer writes */
export function parseProducerLine(text: string): ProducerLine {
  const [letter, first = '', second = ''] = text.split(' ');
  switch (letter) {
    case 'r':
      return { kind: 'ready' };
    case 'x':
      return { kind: 'refused', code: first };
    case 'z':
      return { kind: 'ended', isFlushed: first === '1', slowestCallMs: Number(second) };
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
