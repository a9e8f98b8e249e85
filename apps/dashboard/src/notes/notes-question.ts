import type { NoteSubject } from '@cio-fleet/journal';

/** Whose notes may be asked for, in the order in which they are tried. */
export const NOTE_OWNERS = ['session', 'user', 'terminal', 'component'] as const;

export type NoteOwner = (typeof NOTE_OWNERS)[number];

/** What somebody asks on the notes page. */
export interface NotesQuestion {
  readonly text: string;
  /** Undefined: the first under which there is something. */
  readonly by: NoteOwner | undefined;
  /** How far back, in days. */
  readonly days: number;
}

export const DEFAULT_DAYS = 15;
const MAX_DAYS = 3_650;
/** As long as what a note may name. */
const MAX_CHARACTERS = 256;

export function readNotesQuestion(query: Readonly<Record<string, string>>): NotesQuestion | undefined {
  const text = query.q?.slice(0, MAX_CHARACTERS);
  if (text === undefined) return undefined;
  const days = Math.trunc(Number(query.days ?? DEFAULT_DAYS));
  return {
    text,
    by: NOTE_OWNERS.find((owner) => owner === query.by),
    days: Number.isFinite(days) ? Math.min(MAX_DAYS, Math.max(1, days)) : DEFAULT_DAYS,
  };
}

export function noteSubjectOf(owner: NoteOwner, text: string): NoteSubject {
  switch (owner) {
    case 'session':
      return { sessionId: text };
    case 'user':
      return { userId: text };
    case 'terminal':
      return { terminalId: text };
    case 'component':
      return { component: text };
  }
}
