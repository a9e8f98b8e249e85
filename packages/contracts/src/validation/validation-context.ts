import { MAX_OPERATION_BYTES } from '../limits.ts';
import type { Json } from '../operation.ts';
import { type Path, refuse } from './refuse.ts';

/** What one validation carries along: where it is, and how much work is left. */
export interface ValidationContext {
  /** The present, in ms. */
  readonly nowMs: number;
  /** Steps to the value at hand. Pushed on the way in, popped on the way out, so the good path builds no texts. */
  readonly path: (string | number)[];
  /** The values that enclose the one at hand, outermost first. */
  readonly ancestors: object[];
  /**
   * Bytes that the operation may still grow by. Every value copied costs at least one, so hostile input ends the work
   * soon, however large it is or claims to be.
   */
  bytesLeft: number;
  /** Members that may still be looked at. `undefined` ones take no bytes, so they are counted apart. */
  membersLeft: number;
}

/** More members than fit an operation, were they all in use. */
const MAX_MEMBERS = MAX_OPERATION_BYTES;

export function validationContext(nowMs: number): ValidationContext {
  return { nowMs, path: [], ancestors: [], bytesLeft: MAX_OPERATION_BYTES, membersLeft: MAX_MEMBERS };
}

/** The path of the value at hand, or of member `step` of it. */
export function pathTo(context: ValidationContext, step?: string | number): Path {
  return step === undefined ? [...context.path] : [...context.path, step];
}

/**
 * Counts bytes that the operation's JSON has at the least.
 *
 * @throws {OPERATION_TOO_LARGE} when the operation can't fit any more
 */
export function spendBytes(context: ValidationContext, bytes: number, received: unknown): void {
  context.bytesLeft -= bytes;
  if (context.bytesLeft < 0) {
    refuse('OPERATION_TOO_LARGE', {
      path: pathTo(context),
      expected: `at most ${MAX_OPERATION_BYTES.toLocaleString('en-US')} bytes of JSON in all`,
      received,
    });
  }
}

/** The names of the members of `object`, counted. @throws {OPERATION_TOO_LARGE} */
export function memberNames(context: ValidationContext, object: object): readonly string[] {
  const names = Object.keys(object);
  context.membersLeft -= names.length;
  if (context.membersLeft < 0) {
    refuse('OPERATION_TOO_LARGE', {
      path: pathTo(context),
      expected: `at most ${MAX_MEMBERS.toLocaleString('en-US')} members in all`,
      received: object,
    });
  }
  return names;
}

/** A JSON object while it is built. */
export type MutableJsonObject = { [name: string]: Json };
