import type { Redis } from 'ioredis';
import { journalState } from '../journal/journal-notice.ts';
import type { Journals } from '../journal/journals.ts';
import type { PageRoute } from '../routing/answer.ts';
import { chooseWorkspace, workspaceLinks } from '../routing/workspace-choice.ts';
import { readSourcesReport } from './source-reports.ts';
import { sourcesPage } from './sources-page.ts';
import { summaryText } from './summary-text.ts';

export interface SourcesRouteOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly journals: Journals;
}

const DEFAULT_HOURS = 24;
const MAX_HOURS = 8_760;

/** `/sources`: a page, JSON, or with `?format=text` a summary to be sent around. */
export function createSourcesRoute({ redis, workspaces, journals }: SourcesRouteOptions): PageRoute {
  return {
    path: '/sources',
    title: 'Sources',
    async answer(asked) {
      const choice = chooseWorkspace(asked, workspaces);
      if ('refusal' in choice) return choice.refusal;
      const { workspace } = choice;
      const hours = Math.min(
        MAX_HOURS,
        Math.max(1, Math.trunc(Number(asked.query.hours ?? DEFAULT_HOURS)) || DEFAULT_HOURS),
      );
      const report = await readSourcesReport({ redis, journals, workspace }, hours);
      const { sources, gateway } = report;
      const switcher = workspaceLinks('/sources', workspaces, workspace);
      return {
        kind: 'page',
        content: sourcesPage({ workspace, switcher, hours, report }),
        data: {
          ...{ workspace, hours, journal: journalState(sources), gateway },
          sources: sources.kind === 'answer' ? sources.value : [],
        },
        text: summaryText(workspace, hours, report),
      };
    },
  };
}
