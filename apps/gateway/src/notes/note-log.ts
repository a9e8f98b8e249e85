import type { JournalRow, JournalSink } from '@cio-fleet/journal';
import type { Caller } from '../access/caller.ts';
import type { JsonItem } from './json-lines.ts';
import { type NoteRefusal, refuseNote } from './note-refusal.ts';
import { type ReadNote, readNote, readSessionNotice } from './read-note.ts';

/** What notes need of the journal. */
export type NoteSink = Pick<JournalSink, 'write'>;

export type NoteKind = 'note' | 'session';

/** What became of one note: in the journal's queue, refused, or not taken for the reason of `unavailable`. */
export type NoteResult =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly refusal: NoteRefusal }
  | { readonly kind: 'unavailable'; readonly code: 'JOURNAL_FULL' | 'REDIS_UNAVAILABLE' };

/** Where notes and session notices go: to the journal's queue, nowhere else. */
export interface NoteLog {
  /** Durable in Redis once it resolves. The results come in the order of the notes; this never rejects. */
  write(caller: Caller, kind: NoteKind, items: readonly JsonItem[]): Promise<readonly NoteResult[]>;
}

const ACCEPTED: NoteResult = { kind: 'accepted' };

export interface NoteLogOptions {
  /** The way into the journal of a workspace. */
  readonly sinkOf: (workspace: string) => NoteSink;
  /** @defaultValue Date.now */
  readonly now?: () => number;
}

export function createNoteLog({ sinkOf, now = Date.now }: NoteLogOptions): NoteLog {
  return {
    async write(caller, kind, items) {
      const read = kind === 'note' ? readNote : readSessionNotice;
      const context = { ...caller, nowMs: now() };
      const notes = items.map((item): ReadNote => (item.ok ? read(item.value, context) : unread(item.problem)));
      const rows = notes.flatMap((note): readonly JournalRow[] => (note.ok ? [note.row] : []));
      const written = rows.length === 0 ? ACCEPTED : await writeRows(sinkOf(caller.workspace), rows);
      return notes.map((note) => (note.ok ? written : { kind: 'refused', refusal: note.refusal }));
    },
  };
}

async function writeRows(sink: NoteSink, rows: readonly JournalRow[]): Promise<NoteResult> {
  const result = await sink.write(rows);
  if (result.queued) return ACCEPTED;
  return { kind: 'unavailable', code: result.reason === 'full' ? 'JOURNAL_FULL' : 'REDIS_UNAVAILABLE' };
}

function unread(problem: 'not-json' | 'too-deep'): ReadNote {
  const expected = problem === 'not-json' ? 'JSON in UTF-8' : 'JSON of at most 36 levels';
  const { field, code } = refuseNote('NOTE_NOT_OBJECT', '', expected);
  return { ok: false, refusal: { code, field, message: `expected ${expected}, got something else` } };
}
