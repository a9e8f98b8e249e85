import type { Refusal } from '../refusal.ts';
import { REFUSAL_CODES, type RefusalCode } from '../refusal-codes.ts';
import { describeValue } from './describe-value.ts';

/** Steps from the operation to a field: member names and array indexes. */
export type Path = readonly (string | number)[];

/** A refusal on its way out of nested values. It never leaves this package: `validateOperation` returns it as a value. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

export interface RefusalFacts {
  readonly path: Path;
  readonly expected: string;
  /** The value that came; only its type and size are told. */
  readonly received: unknown;
  /** What came, in words, where type and size would say too little. */
  readonly receivedText?: string;
}

/** Ends the validation. @throws {Refused} always */
export function refuse(code: RefusalCode, facts: RefusalFacts): never {
  throw new Refused(refusalOf(code, facts.path, facts.expected, facts.receivedText ?? describeValue(facts.received)));
}

/** Builds a refusal whose message says what was expected, what came and what to do. */
export function refusalOf(code: RefusalCode, path: Path, expected: string, received: string): Refusal {
  const at = formatPath(path);
  const { remedy } = REFUSAL_CODES[code];
  const message = `${at === '' ? 'operation' : at}: expected ${expected}, got ${received}. ${remedy}`;
  return { code, path: at, expected, received, message };
}

const MAX_STEP_CHARACTERS = 80;

function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += `${text === '' ? '' : '.'}${shorten(step)}`;
  }
  return text;
}

/** Member names come from outside: bounded, and without half surrogates or control characters that would upset a log. */
function shorten(name: string): string {
  // The cut may halve a surrogate pair.
  const cut = name.length > MAX_STEP_CHARACTERS ? `${name.slice(0, MAX_STEP_CHARACTERS - 1)}…` : name;
  return cut.toWellFormed().replace(/\p{Cc}/gu, '\u{fffd}');
}
