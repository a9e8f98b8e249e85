import { MAX_OPERATION_BYTES } from '../limits.ts';
import { refuse } from './refuse.ts';
import { requireText, type TextRules } from './required-text.ts';
import { pathTo, type ValidationContext } from './validation-context.ts';

/** No limit is documented for tokens. */
const TOKEN_RULES: TextRules = {
  maxBytes: MAX_OPERATION_BYTES,
  expected: 'the token of the device, text',
  type: 'IDENTIFIER_TYPE',
  empty: 'IDENTIFIER_EMPTY',
  tooLong: 'IDENTIFIER_TOO_LONG',
};

/** The token of a device, at member `step` of the value at hand. @throws {Refused} */
export function requireDeviceToken(context: ValidationContext, token: unknown, step: string): string {
  if (token === undefined) {
    refuse('FIELD_MISSING', { path: pathTo(context, step), expected: TOKEN_RULES.expected, received: token });
  }
  return requireText(context, token, step, TOKEN_RULES);
}
