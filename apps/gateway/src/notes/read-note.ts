import { ulidMs } from '@cio-fleet/contracts';
import type { JournalRow } from '@cio-fleet/journal';
import { type NoteMembers, noteIdOf, optionalText, type ReadField, requiredText, timeOf } from './note-fields.ts';
import { type NoteRefusal, refuseNote } from './note-refusal.ts';

/** What is known of whoever sent it, and when it came. */
export interface NoteContext {
  readonly workspace: string;
  readonly source?: string;
  readonly nowMs: number;
}

/** The row of the journal, or why there is none. */
export type ReadNote =
  | { readonly ok: true; readonly row: JournalRow }
  | { readonly ok: false; readonly refusal: NoteRefusal };

/** The journal keeps no longer values. */
const MAX_VALUE_BYTES = 4_000;

/** Senders repeat for hours at most, and their clocks are wrong by minutes. */
const MAX_ID_AGE_MS = 24 * 3600 * 1000;
const MAX_ID_AHEAD_MS = 5 * 60 * 1000;

const NOTE_FIELDS: ReadonlySet<string> = new Set([
  ...['type', 'id', 'sessionId', 'key', 'value', 'userId', 'terminalId', 'component', 'timestamp'],
]);
const NOTICE_FIELDS: ReadonlySet<string> = new Set([
  ...['type', 'id', 'sessionId', 'userId', 'terminalId', 'component', 'timestamp'],
]);

/** Reads `{ sessionId, key, value, userId?, terminalId?, component, timestamp?, id? }`. Never throws. */
export function readNote(input: unknown, context: NoteContext): ReadNote {
  if (!isMembers(input)) return refused(refuseNote('NOTE_NOT_OBJECT', '', 'an object', input));
  const unknown = Object.keys(input).find((field) => !NOTE_FIELDS.has(field));
  if (unknown !== undefined) {
    const fields = [...NOTE_FIELDS].join(', ');
    return refused({
      code: 'NOTE_FIELD_UNKNOWN',
      field: unknown.slice(0, 100),
      message: `expected only ${fields}; leave it out, or send it as value`,
    });
  }
  return build(input, context, 'note', (base) => {
    const key = requiredText(input, 'key');
    const value = textOfValue(input);
    const component = requiredText(input, 'component');
    const failed = [key, value, component].find(({ ok }) => !ok);
    if (failed !== undefined && !failed.ok) return refused(failed.refusal);
    const text = (read: ReadField<string>) => (read.ok ? read.value : '');
    return { ok: true, row: { ...base, key: text(key), value: text(value), component: text(component) } };
  });
}

/**
 * Reads a session notice, `{ sessionId, userId?, terminalId?, component?, timestamp?, id?, ... }`: it ties a session to a user, a
 * terminal, or both. What else it says is kept as its payload. Never throws.
 */
export function readSessionNotice(input: unknown, context: NoteContext): ReadNote {
  if (!isMembers(input)) return refused(refuseNote('NOTE_NOT_OBJECT', '', 'an object', input));
  return build(input, context, 'session', (base) => {
    if (base.userId === undefined && base.terminalId === undefined) {
      return refused(refuseNote('NOTE_FIELD_MISSING', 'userId', 'userId, terminalId, or both'));
    }
    const component = optionalText(input, 'component');
    if (!component.ok) return refused(component.refusal);
    const rest = Object.entries(input).filter(([name]) => !NOTICE_FIELDS.has(name));
    const payload = JSON.stringify(Object.fromEntries(rest));
    if (Buffer.byteLength(payload) > MAX_VALUE_BYTES) return tooLarge('');
    return {
      ok: true,
      row: {
        ...base,
        ...(component.value !== undefined && { component: component.value }),
        ...(rest.length > 0 && { payload }),
      },
    };
  });
}

/** What notes and session notices share. */
function build(
  input: NoteMembers,
  { workspace, source, nowMs }: NoteContext,
  outcome: 'note' | 'session',
  finish: (base: JournalRow) => ReadNote,
): ReadNote {
  const sessionId = requiredText(input, 'sessionId');
  if (!sessionId.ok) return refused(sessionId.refusal);
  const userId = optionalText(input, 'userId');
  if (!userId.ok) return refused(userId.refusal);
  const terminalId = optionalText(input, 'terminalId');
  if (!terminalId.ok) return refused(terminalId.refusal);
  const time = timeOf(input, nowMs);
  if (!time.ok) return refused(time.refusal);
  const id = noteIdOf(input);
  if (!id.ok) return refused(id.refusal);
  return finish({
    time: time.value,
    acceptedAt: acceptedAt(id.value, nowMs),
    workspace,
    outcome,
    action: outcome,
    sessionId: sessionId.value,
    ...(source !== undefined && { source }),
    ...(userId.value !== undefined && { userId: userId.value }),
    ...(terminalId.value !== undefined && { terminalId: terminalId.value }),
    ...(id.value !== undefined && { operationId: id.value }),
  });
}

/**
 * When a note counts as accepted. The journal knows a repeat by its id and this time, so with an id it is reckoned from the time
 * within the id: the same whenever it comes, and by as much earlier as that may be ahead, because an erasure forgets only what was
 * accepted up to now. An id that is further from now tells nothing, for the journal keeps its days by this time: each repeat is new.
 */
function acceptedAt(id: string | undefined, nowMs: number): number {
  if (id === undefined) return nowMs;
  const idMs = ulidMs(id);
  return idMs >= nowMs - MAX_ID_AGE_MS && idMs <= nowMs + MAX_ID_AHEAD_MS ? idMs - MAX_ID_AHEAD_MS : nowMs;
}

/** Any JSON; what is no text is kept as its JSON text. */
function textOfValue({ value }: NoteMembers): ReadField<string> {
  if (value === undefined) {
    return { ok: false, refusal: refuseNote('NOTE_FIELD_MISSING', 'value', 'any JSON value', value) };
  }
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.byteLength(text) <= MAX_VALUE_BYTES ? { ok: true, value: text } : tooLarge('value');
}

function tooLarge(field: string): { readonly ok: false; readonly refusal: NoteRefusal } {
  const where = field === '' ? '' : `${field}: `;
  const message = `${where}expected at most ${MAX_VALUE_BYTES} bytes, got more; send less`;
  return { ok: false, refusal: { code: 'NOTE_TOO_LARGE', field, message } };
}

function refused(refusal: NoteRefusal): ReadNote {
  return { ok: false, refusal };
}

function isMembers(input: unknown): input is NoteMembers {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
