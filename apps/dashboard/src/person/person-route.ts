import type { Redis } from 'ioredis';
import type { RestingDeadLetters } from '../fleet/resting-dead-letters.ts';
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
  readonly resting: RestingDeadLetters;
}

/** `/person?q=`: the life of every operation of somebody. */
export function createPersonRoute({ redis, workspaces, journals, resting }: PersonRouteOptions): PageRoute {
  return {
    path: '/person',
    title: 'Person',
    async answer(asked) {
      const choice = chooseWorkspace(asked, workspaces);
      if ('refusal' in choice) return choice.refusal;
      const { workspace } = choice;
      const read = readPersonQuestion(asked.query);
      // Without an archive, the journal answers alone.
      const question = read && { ...read, archive: read.archive && journals.hasArchive };
      const findings = question && (await readPerson({ redis, journals, resting, workspace }, question));
      const switcher = workspaceLinks('/person', workspaces, workspace);
      const content = personPage({ workspace, switcher, question, findings, hasArchive: journals.hasArchive });
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
