/** A date as Segment takes it for one: day first, then perhaps a time with seconds, a fraction and an offset. */
const ISO_8601 = /^(\d{4}-\d{2}-\d{2})(?:[Tt](\d{2}:\d{2})(?::(\d{2}))?(\.\d{1,9})?(?:([Zz])|([+-]\d{2}):?(\d{2}))?)?$/;
/** The longest text that the pattern matches. */
const MAX_ISO_CHARACTERS = 35;
const NUMBER_AS_TEXT = /^\d{1,16}(?:\.\d{1,9})?$/;
/** Numbers from here on are milliseconds: as seconds this would be the year 5138. */
const MILLISECONDS_FROM = 1e11;
/** How deep dates are looked for. What nests deeper than this is refused when the operation is checked. */
const MAX_DEPTH = 32;

/** Milliseconds since 1970 of ISO 8601 text, in UTC where it has no offset; undefined for any other text. */
export function isoMs(text: string): number | undefined {
  // Nearly all texts are no dates, and end here.
  if (text.length < 10 || text.length > MAX_ISO_CHARACTERS || text[4] !== '-' || text[7] !== '-') return undefined;
  const match = ISO_8601.exec(text);
  if (match === null) return undefined;
  const [, day, time = '00:00', seconds = '00', fraction = '', , hours, minutes] = match;
  const offset = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const ms = Date.parse(`${day}T${time}:${seconds}${fraction}${offset}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The zero of Go's and .NET's clocks, the first day of the year 1 wherever it is written down: a time that nobody set. */
const NEVER_UNTIL_MS = Date.parse('0001-01-02T00:00:00Z');

/**
 * Milliseconds since 1970 of a Date, ISO 8601 text, or unix time in seconds or milliseconds; undefined for anything else, and for
 * the zero time of Go and .NET.
 */
export function timeMs(value: unknown): number | undefined {
  return isNever(value) ? undefined : anyTimeMs(value);
}

/** Whether it is the zero time of Go or .NET, which their SDKs send for a time that is not set. */
export function isNever(value: unknown): boolean {
  const ms = anyTimeMs(value);
  return ms !== undefined && ms < NEVER_UNTIL_MS;
}

function anyTimeMs(value: unknown): number | undefined {
  if (value instanceof Date) return finite(value.getTime());
  if (typeof value === 'number') return finite(value >= MILLISECONDS_FROM ? value : value * 1000);
  if (typeof value !== 'string') return undefined;
  return NUMBER_AS_TEXT.test(value) ? anyTimeMs(Number(value)) : isoMs(value);
}

/**
 * The value with every ISO 8601 text as unix seconds, also in nested objects, but not in lists: so Segment's destination for
 * Customer.io does it. Members keep their names and order, whatever these are called; what has no dates is given back as it is.
 */
export function withUnixDates(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') {
    const ms = isoMs(value);
    return ms === undefined ? value : Math.floor(ms / 1000);
  }
  if (!isObject(value) || depth > MAX_DEPTH) return value;
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const converted = withUnixDates(value[name], depth + 1);
    if (converted === value[name]) continue;
    // The spread defines members, so that one that is called __proto__ is set below like any other, to be refused later.
    copy ??= { ...value };
    copy[name] = converted;
  }
  return copy ?? value;
}

/** Whether it is an object with members by name: no list, no Date, no null. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}
