import { types } from 'node:util';

/** What a value is, by type and size, at most 80 characters. Never its content: that may be personal data. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return describeText(value);
    case 'number':
      if (!Number.isFinite(value)) return String(value);
      return Number.isInteger(value) ? 'a whole number' : 'a number with decimals';
    case 'boolean':
      return 'a boolean';
    case 'undefined':
      return 'nothing';
    case 'bigint':
      return 'a BigInt';
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

/** Beyond this, counting bytes would take long. */
const MAX_COUNTED_CHARACTERS = 1_000_000;

function describeText(text: string): string {
  if (text === '') return 'empty text';
  if (text.length > MAX_COUNTED_CHARACTERS) return `text of ${text.length.toLocaleString('en-US')} characters`;
  return `text of ${Buffer.byteLength(text).toLocaleString('en-US')} bytes`;
}

function describeObject(value: object): string {
  try {
    // A proxy could run any code when it is looked at.
    if (types.isProxy(value)) return 'a proxy';
    if (types.isDate(value)) return Number.isNaN(dateMs(value)) ? 'an invalid Date' : 'a Date';
    if (Array.isArray(value)) return `an array of ${value.length.toLocaleString('en-US')}`;
    if (isPlainObject(value)) return 'an object';
    const name: unknown = Object.getPrototypeOf(value).constructor?.name;
    return typeof name === 'string' && /^\w{1,40}$/.test(name) ? `an instance of ${name}` : 'an instance of a class';
  } catch {
    // Whatever a hostile constructor does, describing must not fail.
    return 'an instance of a class';
  }
}

/** The time of a Date in ms by its internal slot, so that overridden methods have no say. NaN when invalid. */
export function dateMs(value: Date): number {
  return Date.prototype.getTime.call(value);
}

/** Whether `value` is a plain object: its prototype is null or a root prototype, also that of another realm. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null;
}
