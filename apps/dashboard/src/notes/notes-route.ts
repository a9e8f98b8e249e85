import { journalState } from '../journal/journal-notice.ts';
import type { Journals } from '../journal/journals.ts';
import type { PageRoute } from '../routing/answer.ts';
import { chooseWorkspace, workspaceLinks } from '../routing/workspace-choice.ts';
import { findNotes } from './find-notes.ts';
import { notesPage } from './notes-page.ts';
import { readNotesQuestion } from './notes-question.ts';

export interface NotesRouteOptions {
  readonly workspaces: readonly string[];
  readonly journals: Journals;
}

/** `/notes?q=`: what services noted of a session, user, terminal or component. */
export function createNotesRoute({ workspaces, journals }: NotesRouteOptions): PageRoute {
  return {
    path: '/notes',
    title: 'Notes',
    async answer(asked) {
      const choice = chooseWorkspace(asked, workspaces);
      if ('refusal' in choice) return choice.refusal;
      const { workspace } = choice;
      const question = readNotesQuestion(asked.query);
      const found = question && (await findNotes(journals, workspace, question));
      const switcher = workspaceLinks('/notes', workspaces, workspace);
      const content = notesPage({ workspace, switcher, question, found });
      if (question === undefined || found === undefined) return { kind: 'page', content, data: { workspace } };
      const { foundBy, notes } = found;
      return {
        kind: 'page',
        content,
        data: {
          ...{ workspace, question, journal: journalState(notes), foundBy },
          notes: notes.kind === 'answer' ? notes.value : [],
        },
      };
    },
  };
}
