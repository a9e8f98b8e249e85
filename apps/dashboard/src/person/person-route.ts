import type { Redis } from 'ioredis';
import { journalState } from '../journal/journal-notice.ts';
import type { Journals } from '../journal/journals.ts';
import type { PageRoute } from '../routing/answer.ts';
import { chooseWorkspace, workspaceLinks } from '../routing/workspace-choice.ts';
import { livesOf } from './operation-lives.ts';
import { personPage } from './person-page.ts';
import { readPersonQuestion } from './person-question.ts';
import { readPerson } from './read-person.ts';

export interface PersonRouteOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly journals: Journals;
}

/** `/person?q=`: the life of every operation of somebody. */
export function createPersonRoute({ redis, workspaces, journals }: PersonRouteOptions): PageRoute {
  return {
    path: '/person',
    title: 'Person',
    async answer(asked) {
      const choice = chooseWorkspace(asked, workspaces);
      if ('refusal' in choice) return choice.refusal;
      const { workspace } = choice;
      const question = readPersonQuestion(asked.query);
      const findings = question && (await readPerson({ redis, journals, workspace }, question));
      const switcher = workspaceLinks('/person', workspaces, workspace);
      const content = personPage({ workspace, switcher, question, findings });
      if (question === undefined || findings === undefined) return { kind: 'page', content, data: { workspace } };
      const { timeline, ...now } = findings;
      const page = timeline.kind === 'answer' ? timeline.value : { rows: [] };
      return {
        kind: 'page',
        content,
        data: {
          ...{ workspace, question, journal: journalState(timeline), ...now },
          operations: livesOf(page.rows),
          next: page.next ?? null,
        },
      };
    },
  };
}
