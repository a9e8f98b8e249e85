import { isUlid, toUnixSeconds } from '@cio-fleet/contracts';
import { type NoteRefusal, refuseNote } from './note-refusal.ts';

/** A field that was read, or why it can't be. */
export type ReadField<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: NoteRefusal };

export type NoteMembers = Readonly<Record<string, unknown>>;

const MAX_TEXT_BYTES = 256;
/** How far ahead the clock of a sender may be, in ms. */
const MAX_AHEAD_MS = 24 * 3600 * 1000;

/** Text of a field that may be absent; whole numbers are taken for their text. */
export function optionalText(members: NoteMembers, field: string): ReadField<string | undefined> {
  const given = members[field];
  if (given === undefined || given === null) return { ok: true, value: undefined };
  const text = Number.isSafeInteger(given) ? String(given) : given;
  if (typeof text === 'string' && text.trim() !== '' && Buffer.byteLength(text) <= MAX_TEXT_BYTES) {
    return { ok: true, value: text };
  }
  const expected = `text of 1 to ${MAX_TEXT_BYTES} bytes`;
  return { ok: false, refusal: refuseNote('NOTE_FIELD_INVALID', field, expected, given) };
}

/** Text of a field that must be there. */
export function requiredText(members: NoteMembers, field: string): ReadField<string> {
  const read = optionalText(members, field);
  if (!read.ok || read.value !== undefined) return read as ReadField<string>;
  return { ok: false, refusal: refuseNote('NOTE_FIELD_MISSING', field, 'text', members[field]) };
}

/** When it happened, in ms; without a time of its own, now. */
export function timeOf(members: NoteMembers, nowMs: number): ReadField<number> {
  const given = members.timestamp;
  if (given === undefined || given === null) return { ok: true, value: nowMs };
  const read = toUnixSeconds(given, ['timestamp'], nowMs);
  const timeMs = read.ok ? inMilliseconds(given, read.seconds) : Number.POSITIVE_INFINITY;
  if (timeMs <= nowMs + MAX_AHEAD_MS) return { ok: true, value: timeMs };
  const expected = 'ISO 8601 text or unix seconds, not more than a day ahead';
  return { ok: false, refusal: refuseNote('NOTE_FIELD_INVALID', 'timestamp', expected, given) };
}

/** The id by which a note that comes again is known. */
export function noteIdOf(members: NoteMembers): ReadField<string | undefined> {
  const given = members.id;
  if (given === undefined || given === null) return { ok: true, value: undefined };
  if (isUlid(given)) return { ok: true, value: given };
  return { ok: false, refusal: refuseNote('NOTE_FIELD_INVALID', 'id', 'a ULID', given) };
}

/** Notes of one second have an order, so what a time says beyond its seconds is kept. */
function inMilliseconds(given: unknown, seconds: number): number {
  const exactMs = typeof given === 'number' ? given * (given < 1e11 ? 1000 : 1) : Date.parse(String(given));
  const isSame = Math.floor(exactMs / 1000) === seconds;
  return isSame ? Math.floor(exactMs) : seconds * 1000;
}
