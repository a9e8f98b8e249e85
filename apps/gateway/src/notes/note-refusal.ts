/** Why a note or a session notice is not taken. */
export interface NoteRefusal {
  readonly code: NoteRefusalCode;
  /** The field at fault; empty for the whole. */
  readonly field: string;
  /** What was expected and what came, by type and size, never by value. */
  readonly message: string;
}

export type NoteRefusalCode =
  | 'NOTE_NOT_OBJECT'
  | 'NOTE_FIELD_MISSING'
  | 'NOTE_FIELD_INVALID'
  | 'NOTE_FIELD_UNKNOWN'
  | 'NOTE_TOO_LARGE';

/** A refusal of one field, in the words that all refusals have. */
export function refuseNote(code: NoteRefusalCode, field: string, expected: string, value?: unknown): NoteRefusal {
  const where = field === '' ? '' : `${field}: `;
  return { code, field, message: `${where}expected ${expected}, got ${describe(value)}` };
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (value === '') return 'empty text';
  if (typeof value === 'string') return `text of ${Buffer.byteLength(value)} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
