import type { Json } from '../operation.ts';
import { toUnixSeconds } from '../timestamp.ts';
import { identifierText } from './identifiers.ts';
import { copyPlain } from './plain-copy.ts';
import { Refused, refuse } from './refuse.ts';
import { pathTo, spendBytes, type ValidationContext } from './validation-context.ts';

/** Checks and converts the value of a reserved attribute. @throws {Refused} */
export type ReservedAttribute = (context: ValidationContext, value: unknown, name: string) => Json;

/**
 * Attributes of a person that mean something to Customer.io. It answers 200 to most wrong values and misreads or ignores
 * them later, so they are checked here. Names that aren't listed pass, also others that begin with `_`.
 *
 * `id`, `email`, `phone` and `anonymous_id` pass as attributes, because that is how a person known by one identifier gets
 * another one. `cio_id` never changes, so it can only be an identifier.
 */
export const PERSON_ATTRIBUTES: ReadonlyMap<string, ReservedAttribute> = new Map<string, ReservedAttribute>([
  ['id', identifierText],
  ['email', identifierOrNothing],
  ['phone', numberAsIdentifier],
  ['anonymous_id', numberAsIdentifier],
  ['created_at', timeOrNothing],
  ['_timestamp', timeOrNothing],
  ['_update', trueOrFalse],
  ['unsubscribed', yesOrNo],
  ['cio_subscription_preferences', preferences],
  ['cio_id', refuseAlways('no cio_id among the attributes: it is an identifier and never changes')],
  ['cio_relationships', refuseAlways('cio_relationships beside attributes, not within')],
]);

/** Of the attributes of an object, only the time is read by Customer.io. */
export const OBJECT_ATTRIBUTES: ReadonlyMap<string, ReservedAttribute> = new Map<string, ReservedAttribute>([
  ['created_at', timeOrNothing],
]);

/** `cio_subscription_preferences.topics.topic_1` updates one topic and leaves the others. */
export const ONE_PREFERENCE_PREFIX = 'cio_subscription_preferences.';

export const onePreference: ReservedAttribute = (context, value, name) => {
  if (typeof value === 'boolean' || isNothing(value)) return copyPlain(context, value, name);
  return refuseReserved(context, value, name, 'true, false, or null for the default of the topic');
};

const YES: ReadonlySet<unknown> = new Set([true, 'true', 1, '1']);
const NO: ReadonlySet<unknown> = new Set([false, 'false', 0, '0']);

/** null and empty text remove an attribute. */
function isNothing(value: unknown): value is null | '' {
  return value === null || value === '';
}

/** As an attribute an identifier can also be removed, save the id. */
function identifierOrNothing(context: ValidationContext, value: unknown, name: string): Json {
  if (isNothing(value)) return copyPlain(context, value, name);
  if (typeof value === 'string') return identifierText(context, value, name);
  return refuseReserved(context, value, name, 'text, or null to remove it');
}

/** Phone numbers and anonymous ids are often kept as numbers. An e-mail address never is, and Customer.io refuses one that is. */
function numberAsIdentifier(context: ValidationContext, value: unknown, name: string): Json {
  return identifierOrNothing(context, Number.isSafeInteger(value) ? String(value) : value, name);
}

/** A time in milliseconds would be taken for one in the far future, and ISO 8601 text for text. */
function timeOrNothing(context: ValidationContext, value: unknown, name: string): Json {
  if (isNothing(value)) return copyPlain(context, value, name);
  const time = toUnixSeconds(value, pathTo(context, name), context.nowMs);
  if (!time.ok) throw new Refused(time.refusal);
  spendBytes(context, 1, value);
  return time.seconds;
}

function trueOrFalse(context: ValidationContext, value: unknown, name: string): Json {
  if (typeof value === 'boolean') return copyPlain(context, value, name);
  return refuseReserved(context, value, name, 'true or false');
}

/**
 * Customer.io documents true in any case, 1 and "1" as unsubscribed; with the opposites they become true and false here, so that
 * the same wish has one form. Other words, such as "yes", are refused: who unsubscribed must not get messages for a guess.
 *
 * @see https://docs.customer.io/integrations/api/track/#operation/identify
 */
function yesOrNo(context: ValidationContext, value: unknown, name: string): Json {
  if (isNothing(value)) return copyPlain(context, value, name);
  const word = typeof value === 'string' ? value.toLowerCase() : value;
  if (YES.has(word)) return copyPlain(context, true, name);
  if (NO.has(word)) return copyPlain(context, false, name);
  return refuseReserved(context, value, name, 'true or false (1 or 0), or null to remove it');
}

function preferences(context: ValidationContext, value: unknown, name: string): Json {
  const copy = copyPlain(context, value, name);
  const isObject = typeof copy === 'object' && copy !== null && !Array.isArray(copy);
  if (isObject || isNothing(copy)) return copy;
  return refuseReserved(context, value, name, 'an object such as { topics: { topic_1: true } }');
}

function refuseAlways(expected: string): ReservedAttribute {
  return (context, value, name) => refuseReserved(context, value, name, expected);
}

function refuseReserved(context: ValidationContext, value: unknown, name: string, expected: string): never {
  refuse('ATTRIBUTE_RESERVED', { path: pathTo(context, name), expected, received: value });
}
