import type { RefusalCode } from '../refusal-codes.ts';
import { exceedsBytes } from './byte-length.ts';
import { refuse } from './refuse.ts';
import { pathTo, spendBytes, type ValidationContext } from './validation-context.ts';

/** The rules of one kind of text: which codes refuse it. */
export interface TextRules {
  readonly maxBytes: number;
  /** What is expected, in words. */
  readonly expected: string;
  readonly type: RefusalCode;
  readonly empty: RefusalCode;
  readonly tooLong: RefusalCode;
}

const NOT_BLANK = /\S/;

/**
 * `value` (member `step` of the value at hand) as text that says something: not blank, not too long, whole characters only.
 *
 * @throws {Refused} with the codes of `rules`, or TEXT_INVALID
 */
export function requireText(
  context: ValidationContext,
  value: unknown,
  step: string | number,
  rules: TextRules,
): string {
  const { expected } = rules;
  if (typeof value !== 'string') refuse(rules.type, { path: pathTo(context, step), expected, received: value });
  if (exceedsBytes(value, rules.maxBytes)) {
    const atMost = `at most ${rules.maxBytes.toLocaleString('en-US')} bytes`;
    refuse(rules.tooLong, { path: pathTo(context, step), expected: atMost, received: value });
  }
  if (!NOT_BLANK.test(value)) refuse(rules.empty, { path: pathTo(context, step), expected, received: value });
  if (!value.isWellFormed() || value.includes('\0')) {
    const wholeCharacters = 'text of whole characters, without NUL';
    refuse('TEXT_INVALID', { path: pathTo(context, step), expected: wholeCharacters, received: value });
  }
  spendBytes(context, value.length + step.toString().length + 5, value);
  return value;
}
