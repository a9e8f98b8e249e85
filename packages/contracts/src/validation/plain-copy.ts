import { types } from 'node:util';
import { MAX_DEPTH } from '../limits.ts';
import type { Json } from '../operation.ts';
import { exceedsBytes } from './byte-length.ts';
import { dateMs, isPlainObject } from './describe-value.ts';
import { refuse } from './refuse.ts';
import {
  type MutableJsonObject,
  memberNames,
  pathTo,
  spendBytes,
  type ValidationContext,
} from './validation-context.ts';

const UNSAFE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const PLAIN_VALUES = 'text, a finite number, true, false, null, a Date, an array or a plain object';
const NUL = /\0/g;

/**
 * A fresh deep copy of `value` (at member `step` of the value at hand) that JSON can carry without loss: own enumerable
 * members only, each read once, so getters and proxies can't change their mind later.
 *
 * - `undefined` members are dropped, as JSON does; in arrays, where JSON would write null, they are refused.
 * - Dates become whole unix seconds, as Customer.io wants them.
 * - Half surrogate pairs and NUL within values become U+FFFD (in names they are refused): what a receiver would do anyway,
 *   or choke on.
 *
 * @throws {Refused}
 */
export function copyPlain(context: ValidationContext, value: unknown, step: string | number): Json {
  switch (typeof value) {
    case 'string':
      return copyText(context, value, step);
    case 'number':
      if (!Number.isFinite(value)) {
        refuse('VALUE_NOT_FINITE', { path: pathTo(context, step), expected: 'a finite number', received: value });
      }
      spendBytes(context, 1, value);
      // Plus 0 turns -0, which JSON does not have, into 0.
      return value + 0;
    case 'boolean':
      spendBytes(context, 4, value);
      return value;
    case 'object':
      if (value === null) {
        spendBytes(context, 4, value);
        return null;
      }
      return copyObject(context, value, step);
    default:
      return refuseUnsupported(context, value, step);
  }
}

function copyText(context: ValidationContext, text: string, step: string | number): string {
  if (exceedsBytes(text, context.bytesLeft)) {
    context.path.push(step);
    spendBytes(context, Number.POSITIVE_INFINITY, text);
  }
  spendBytes(context, text.length + 2, text);
  return cleanText(text);
}

/** `text` with U+FFFD for what can't be stored: half surrogate pairs and NUL. */
export function cleanText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replace(NUL, '\u{fffd}') : wellFormed;
}

function copyObject(context: ValidationContext, value: object, step: string | number): Json {
  if (types.isDate(value)) return copyDate(context, value, step);
  context.path.push(step);
  if (context.ancestors.includes(value)) {
    refuse('VALUE_CYCLE', { path: pathTo(context), expected: 'plain data', received: value });
  }
  if (context.ancestors.length >= MAX_DEPTH) {
    refuse('VALUE_TOO_DEEP', { path: pathTo(context), expected: `at most ${MAX_DEPTH} levels`, received: value });
  }
  context.ancestors.push(value);
  const copy = Array.isArray(value) ? copyArray(context, value) : copyMembers(context, value);
  context.ancestors.pop();
  context.path.pop();
  return copy;
}

function copyDate(context: ValidationContext, value: Date, step: string | number): number {
  const ms = dateMs(value);
  if (Number.isNaN(ms)) {
    refuse('TIMESTAMP_INVALID', { path: pathTo(context, step), expected: 'a valid Date', received: value });
  }
  spendBytes(context, 1, value);
  return Math.floor(ms / 1000) + 0;
}

function copyArray(context: ValidationContext, value: readonly unknown[]): Json[] {
  // A proxy may answer anything here.
  const length: unknown = value.length;
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0)
    return refuseUnsupported(context, value);
  // Every element takes a byte and a comma; checked first, so an array of a million ends here.
  spendBytes(context, 2 + length, value);
  const copy: Json[] = [];
  for (let index = 0; index < length; index++) copy.push(copyPlain(context, value[index], index));
  return copy;
}

function copyMembers(context: ValidationContext, value: object): MutableJsonObject {
  if (!isPlainObject(value)) return refuseUnsupported(context, value);
  spendBytes(context, 2, value);
  const copy: MutableJsonObject = {};
  for (const name of memberNames(context, value)) {
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    checkMemberName(context, name);
    copy[name] = copyPlain(context, member, name);
  }
  return copy;
}

/**
 * Refuses member names that change objects, or that can't be stored, and counts the others.
 *
 * @throws {NAME_UNSAFE} @throws {TEXT_INVALID}
 */
export function checkMemberName(context: ValidationContext, name: string): void {
  if (UNSAFE_NAMES.has(name)) {
    refuse('NAME_UNSAFE', { path: pathTo(context, name), expected: 'another name', received: name });
  }
  if (exceedsBytes(name, context.bytesLeft)) spendBytes(context, Number.POSITIVE_INFINITY, name);
  // Quotes and colon.
  spendBytes(context, name.length + 3, name);
  if (!name.isWellFormed() || name.includes('\0')) {
    refuse('TEXT_INVALID', { path: pathTo(context, name), expected: 'a name of whole characters', received: name });
  }
}

function refuseUnsupported(context: ValidationContext, value: unknown, step?: string | number): never {
  refuse('VALUE_UNSUPPORTED', { path: pathTo(context, step), expected: PLAIN_VALUES, received: value });
}
