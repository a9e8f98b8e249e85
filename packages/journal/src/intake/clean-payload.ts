import { REDACTED, type Redaction } from './redaction.ts';

/** Objects and arrays within each other that are kept; deeper ones become `[too deep]`. */
export const MAX_PAYLOAD_DEPTH = 32;
/** A longer payload is cut, in characters of JSON text. */
export const MAX_PAYLOAD_CHARACTERS = 8_192;
/** A longer text is not even parsed. */
const MAX_PARSED_CHARACTERS = 1_000_000;
/** Values of one payload that are looked at: what is longer is cut anyway. */
const MAX_VALUES = 20_000;

const TOO_DEEP = '[too deep]';
const TOO_MUCH = '[cut]';

/** What PostgreSQL's text, or its functions on JSON, refuse: NUL and halves of surrogate pairs. */
export function cleanText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}

/**
 * JSON text that every store takes and that holds nothing that is redacted, at most {@link MAX_PAYLOAD_CHARACTERS} long.
 *
 * @param payload - JSON text, or what can become JSON
 * @throws whatever a getter or `toJSON` of the payload throws
 */
export function cleanPayload(payload: unknown, redaction: Redaction): string | null {
  const value = typeof payload === 'string' ? parseText(payload) : payload;
  if (value === undefined || value === null) return null;
  const text = JSON.stringify(copy(value, redaction));
  if (text === undefined) return null;
  if (text.length <= MAX_PAYLOAD_CHARACTERS) return text;
  return cutToFit(text);
}

/** What is no JSON is kept as a text. */
function parseText(text: string): unknown {
  if (text.length > MAX_PARSED_CHARACTERS) return { cut: true, characters: text.length };
  try {
    return JSON.parse(text);
  } catch {
    return text; // the caller's text was no JSON; as a text it is still evidence
  }
}

interface Walk {
  readonly redaction: Redaction;
  left: number;
}

function copy(value: unknown, redaction: Redaction): unknown {
  return copyValue(value, '', 0, { redaction, left: MAX_VALUES });
}

function copyValue(value: unknown, path: string, depth: number, walk: Walk): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_PAYLOAD_DEPTH) return TOO_DEEP;
  walk.left -= 1;
  if (walk.left < 0) return TOO_MUCH;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return copyValue(toJSON.call(value), path, depth + 1, walk);
  if (Array.isArray(value)) return copyArray(value, path, depth, walk);
  return copyObject(value, path, depth, walk);
}

function copyArray(values: readonly unknown[], path: string, depth: number, walk: Walk): unknown[] {
  const kept = values.length > walk.left ? values.slice(0, Math.max(0, walk.left)) : values;
  walk.left -= kept.length;
  return kept.map((value) => copyValue(value, path, depth + 1, walk));
}

function copyObject(source: object, path: string, depth: number, walk: Walk): object {
  // Without a prototype `__proto__` is a field like any other.
  const target: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(source)) {
    walk.left -= 1;
    if (walk.left < 0) break;
    const lower = walk.redaction.isEmpty ? name : name.toLowerCase();
    const fieldPath = path === '' ? lower : `${path}.${lower}`;
    target[cleanText(name)] = walk.redaction.matches(lower, fieldPath)
      ? REDACTED
      : copyValue((source as Record<string, unknown>)[name], fieldPath, depth + 1, walk);
  }
  return target;
}

/** The beginning as a text inside of JSON, so that it stays JSON. Its quotes are escaped, which makes it longer: so half at worst. */
function cutToFit(text: string): string {
  for (let characters = MAX_PAYLOAD_CHARACTERS - 100; ; characters = Math.floor(characters * 0.8)) {
    const head = cleanText(text.slice(0, characters));
    const cut = JSON.stringify({ cut: true, characters: text.length, head });
    if (cut.length <= MAX_PAYLOAD_CHARACTERS) return cut;
  }
}
