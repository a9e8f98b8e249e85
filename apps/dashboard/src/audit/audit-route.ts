import type { Redis } from 'ioredis';
import type { PageRoute } from '../routing/answer.ts';
import { chooseWorkspace, workspaceLinks } from '../routing/workspace-choice.ts';
import { auditPage } from './audit-page.ts';
import { readRecentChanges } from './recent-changes.ts';

export interface AuditRouteOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
}

const PAGE_ENTRIES = 200;
const STREAM_ID = /^\d{1,16}-\d{1,16}$/;

/** `/audit`: who changed what. */
export function createAuditRoute({ redis, workspaces }: AuditRouteOptions): PageRoute {
  return {
    path: '/audit',
    title: 'Audit',
    async answer(asked) {
      const choice = chooseWorkspace(asked, workspaces);
      if ('refusal' in choice) return choice.refusal;
      const { workspace } = choice;
      const { user, action, before } = asked.query;
      const place = before !== undefined && STREAM_ID.test(before) ? before : undefined;
      const read = await readRecentChanges(redis, workspace, PAGE_ENTRIES, place);
      const changes = read.filter(
        (change) => (user === undefined || change.user === user) && (action === undefined || change.action === action),
      );
      const next = read.length === PAGE_ENTRIES ? read.at(-1)?.id : undefined;
      const switcher = workspaceLinks('/audit', workspaces, workspace);
      return {
        kind: 'page',
        content: auditPage({ workspace, switcher, user, action, changes, next }),
        data: { workspace, changes, next: next ?? null },
      };
    },
  };
}
