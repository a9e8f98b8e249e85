import type { FormData, FormOperation } from '../operation.ts';
import { type AttributeRules, copyAttributes } from './attributes.ts';
import { emailText, formIdentifiers, identifierText } from './identifiers.ts';
import { type OperationInput, refuseOtherFields } from './operation-fields.ts';
import { copyPlain } from './plain-copy.ts';
import { requirePlainObject } from './plain-members.ts';
import { refuse } from './refuse.ts';
import type { ReservedAttribute } from './reserved-attributes.ts';
import { pathTo, type ValidationContext } from './validation-context.ts';

const FIELDS = ['type', 'action', 'identifiers', 'data'] as const;
const STEP = 'data';

/** Names that Customer.io keeps for itself: it ignores them whatever they hold. */
const IGNORED = ['form_id', 'form_name', 'form_type', 'form_url', 'form_url_param'] as const;

/** What is filled in is text, the identifiers too: Customer.io refuses the number 42 that it takes elsewhere. */
const RULES: AttributeRules = {
  stored: true,
  reserved: new Map<string, ReservedAttribute>([
    ['id', (context, value, name) => identifierText(context, requireString(context, value, name), name)],
    ['email', (context, value, name) => emailText(context, requireString(context, value, name), name)],
  ]),
  copy: (context, value, name) => copyPlain(context, requireString(context, value, name), name),
};

/** A checked copy of a form's submission. @throws {Refused} */
export function formOperation(context: ValidationContext, input: OperationInput): FormOperation {
  const { fields } = input;
  refuseOtherFields(context, input, FIELDS);
  const identifiers = formIdentifiers(context, fields.identifiers);
  const filledIn = requirePlainObject(context, fields.data, STEP);
  const data = copyAttributes(context, withoutIgnored(filledIn), STEP, RULES) ?? {};
  const expected = 'exactly one of id, email';
  const [hasId, hasEmail] = [Object.hasOwn(data, 'id'), Object.hasOwn(data, 'email')];
  if (hasId && hasEmail) {
    const facts = { path: pathTo(context, STEP), expected, received: data, receivedText: 'id and email' };
    refuse('IDENTIFIER_AMBIGUOUS', facts);
  }
  if (!hasId && !hasEmail) {
    refuse('IDENTIFIER_MISSING', { path: pathTo(context, STEP), expected, received: data, receivedText: 'none' });
  }
  return { type: 'form', action: 'submit', identifiers, data: data as FormData };
}

function withoutIgnored(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!IGNORED.some((name) => Object.hasOwn(data, name))) return data;
  return Object.fromEntries(Object.entries(data).filter(([name]) => !IGNORED.some((ignored) => ignored === name)));
}

function requireString(context: ValidationContext, value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  refuse('FIELD_TYPE', { path: pathTo(context, name), expected: 'text', received: value });
}
