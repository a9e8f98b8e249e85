import type { Note } from '@cio-fleet/journal';
import type { JournalAnswer, Journals } from '../journal/journals.ts';
import { NOTE_OWNERS, type NoteOwner, type NotesQuestion, noteSubjectOf } from './notes-question.ts';

/** What the journal has for a question. */
export interface FoundNotes {
  /** Undefined: nothing under any of them. */
  readonly foundBy: NoteOwner | undefined;
  readonly notes: JournalAnswer<readonly Note[]>;
}

const DAY_MS = 86_400_000;
/** The most that the journal gives at once. */
export const MOST_NOTES = 500;

/** Asks under one owner after the other, unless the question says which. */
export async function findNotes(
  journals: Journals,
  workspace: string,
  { text, by, days }: NotesQuestion,
): Promise<FoundNotes> {
  const window = { from: Date.now() - days * DAY_MS };
  let notes: FoundNotes['notes'] = { kind: 'answer', value: [], lagMs: 0 };
  for (const owner of by === undefined ? NOTE_OWNERS : [by]) {
    const subject = noteSubjectOf(owner, text);
    notes = await journals.ask(workspace, (reader) => reader.notes({ subject, window, limit: MOST_NOTES }));
    if (notes.kind !== 'answer') break;
    if (notes.value.length > 0) return { foundBy: owner, notes };
  }
  return { foundBy: undefined, notes };
}
