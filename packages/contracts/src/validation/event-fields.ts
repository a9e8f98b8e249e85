import { MAX_EVENT_NAME_BYTES, MAX_PAGE_NAME_CHARACTERS } from '../limits.ts';
import type { EventOperation } from '../operation.ts';
import { isUlid } from '../ulid.ts';
import { copyAttributes, EVENT_RULES } from './attributes.ts';
import { type OperationFields, requireField } from './operation-fields.ts';
import { copyTimestamp } from './operation-timestamp.ts';
import { refuse } from './refuse.ts';
import { requireText, type TextRules } from './required-text.ts';
import { pathTo, spendBytes, type ValidationContext } from './validation-context.ts';

const NAME_RULES: TextRules = {
  maxBytes: MAX_EVENT_NAME_BYTES,
  expected: 'a name, text',
  type: 'FIELD_TYPE',
  empty: 'EVENT_NAME_EMPTY',
  tooLong: 'EVENT_NAME_TOO_LONG',
};

/** Characters are counted before; as bytes they are at most three times as many. */
const PAGE_NAME_RULES: TextRules = { ...NAME_RULES, maxBytes: 3 * MAX_PAGE_NAME_CHARACTERS };

/** What events, page views and screen views have beside their person. */
export type EventFields = Pick<EventOperation, 'id' | 'name' | 'timestamp' | 'attributes'>;

/** @throws {Refused} */
export function copyEventFields(
  context: ValidationContext,
  action: EventOperation['action'],
  fields: Readonly<OperationFields>,
): EventFields {
  const id = copyEventId(context, fields.id);
  const name = copyName(context, action, fields.name);
  const timestamp = copyTimestamp(context, fields.timestamp);
  const attributes = copyAttributes(context, fields.attributes, 'attributes', EVENT_RULES);
  const copy: { -readonly [Field in keyof EventFields]: EventFields[Field] } = { name };
  if (id !== undefined) copy.id = id;
  if (timestamp !== undefined) copy.timestamp = timestamp;
  if (attributes !== undefined) copy.attributes = attributes;
  return copy;
}

/** Customer.io trims names too; we do it first, so that the same event has the same name everywhere. */
function copyName(context: ValidationContext, action: EventOperation['action'], value: unknown): string {
  requireField(context, value, 'name', NAME_RULES.expected);
  const name = typeof value === 'string' ? trimSome(value) : value;
  if (action === 'event') return requireText(context, name, 'name', NAME_RULES);
  if (typeof name === 'string' && name.length > MAX_PAGE_NAME_CHARACTERS) {
    const expected = `at most ${MAX_PAGE_NAME_CHARACTERS} characters`;
    const receivedText = `${name.length.toLocaleString('en-US')} characters`;
    refuse('EVENT_NAME_TOO_LONG', { path: pathTo(context, 'name'), expected, received: name, receivedText });
  }
  return requireText(context, name, 'name', PAGE_NAME_RULES);
}

/** A text that is far too long is refused as it is; there is no need to look at all of it. */
function trimSome(text: string): string {
  return text.length <= 10 * MAX_PAGE_NAME_CHARACTERS ? text.trim() : text;
}

function copyEventId(context: ValidationContext, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const id = typeof value === 'string' && value.length === 26 ? value.toUpperCase() : value;
  if (!isUlid(id)) refuse('EVENT_ID_INVALID', { path: pathTo(context, 'id'), expected: 'a ULID', received: value });
  spendBytes(context, id.length, value);
  return id;
}
