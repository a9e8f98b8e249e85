import { isUtf8 } from 'node:buffer';
import { isDeeperThan } from '../http/json-depth.ts';

/** One value, or why there is none. */
export type JsonItem =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: 'not-json' | 'too-deep' };

/** Levels of objects and arrays that one value may have: as deep as an operation may be, and what is around it. */
const MAX_DEPTH = 36;

const NOT_JSON: JsonItem = { ok: false, problem: 'not-json' };

/** Reads one JSON value, or one on each line (NDJSON). Empty lines are none. Never throws. */
export function readJsonLines(bytes: Buffer): readonly JsonItem[] {
  if (!isUtf8(bytes)) return [NOT_JSON];
  const whole = readOne(bytes);
  if (whole.ok || !bytes.includes('\n')) return [whole];
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => readOne(Buffer.from(line)));
  // Brackets that one line leaves open make all of it look deep; without a good line it is one value that is.
  return whole.problem === 'too-deep' && !lines.some(({ ok }) => ok) ? [whole] : lines;
}

function readOne(bytes: Buffer): JsonItem {
  if (isDeeperThan(bytes, MAX_DEPTH)) return { ok: false, problem: 'too-deep' };
  try {
    return { ok: true, value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    // The parser's message quotes the text, which may be personal: that it isn't JSON is all that is told.
    return NOT_JSON;
  }
}
