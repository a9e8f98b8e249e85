import type { Redis } from 'ioredis';
import type { AuditLog } from '../audit/audit-log.ts';
import type { RestingDeadLetters } from '../fleet/resting-dead-letters.ts';
import { journalState } from '../journal/journal-notice.ts';
import type { Journals } from '../journal/journals.ts';
import { address } from '../page/links.ts';
import { type Answer, type Asked, type Change, type PageRoute, refused } from '../routing/answer.ts';
import { chooseWorkspace, namedWorkspace, workspaceLinks } from '../routing/workspace-choice.ts';
import { type ErrorDecision, writeDecision } from './error-decisions.ts';
import { errorGroupPage } from './error-group-page.ts';
import { readErrorGroups } from './error-groups.ts';
import { errorsPage, SHOWN_STATES } from './errors-page.ts';

export interface ErrorsRouteOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly journals: Journals;
  readonly resting: RestingDeadLetters;
  readonly audit: AuditLog;
}

const DEFAULT_HOURS = 24;
const MAX_HOURS = 8_760;
const DAYS_OF_A_GROUP = 15;
const SHOWN_FAILURES = 100;
const FINGERPRINT = /^[0-9a-f]{16}$/;

/** `/errors`: groups; `/errors?group=`: one of them. */
export function createErrorsRoute({ redis, workspaces, journals, resting }: ErrorsRouteOptions): PageRoute {
  return {
    path: '/errors',
    title: 'Errors',
    async answer(asked) {
      const choice = chooseWorkspace(asked, workspaces);
      if ('refusal' in choice) return choice.refusal;
      const { workspace } = choice;
      const { query, identity } = asked;
      const { role } = identity;
      if (query.group !== undefined) return await answerGroup(workspace, query.group, role);
      const hours = Math.min(MAX_HOURS, Math.max(1, Math.trunc(Number(query.hours ?? DEFAULT_HOURS)) || DEFAULT_HOURS));
      const shown = SHOWN_STATES.find((state) => state === query.state) ?? 'open';
      const found = await readErrorGroups({ redis, journals, resting, workspace }, hours);
      const switcher = workspaceLinks('/errors', workspaces, workspace);
      const { groups, sawAllDeadLetters, sawAllGroups } = found;
      return {
        kind: 'page',
        content: errorsPage({ workspace, switcher, role, hours, shown, found }),
        data: {
          ...{ workspace, hours, journal: journalState(found.journal), sawAllDeadLetters, sawAllGroups },
          groups: groups.filter(({ state }) => shown === 'all' || state === shown),
        },
      };
    },
  };

  async function answerGroup(workspace: string, fingerprint: string, role: 'viewer' | 'operator'): Promise<Answer> {
    const window = { from: Date.now() - DAYS_OF_A_GROUP * 86_400_000 };
    const [{ groups }, failures] = await Promise.all([
      readErrorGroups({ redis, journals, resting, workspace }, DAYS_OF_A_GROUP * 24, fingerprint),
      journals.ask(workspace, (reader) => reader.timeline({ subject: { fingerprint }, window, limit: SHOWN_FAILURES })),
    ]);
    const group = groups.find((each) => each.fingerprint === fingerprint);
    if (group === undefined) return refused(404, 'There is no such group of errors: it is long ago, or never was.');
    const rows = failures.kind === 'answer' ? failures.value.rows : [];
    return {
      kind: 'page',
      content: errorGroupPage({ workspace, role, group, failures }),
      data: { workspace, journal: journalState(failures), group, failures: rows },
    };
  }
}

/** Keeps what an operator decides about a group. */
export function createErrorChange(
  { redis, workspaces, audit }: ErrorsRouteOptions,
  to: ErrorDecision['state'] | 'open',
  action: string,
): Change {
  return async (asked: Asked) => {
    const choice = namedWorkspace(asked, workspaces);
    if ('refusal' in choice) return choice.refusal;
    const { workspace } = choice;
    const { query, identity } = asked;
    const group = query.group ?? '';
    if (!FINGERPRINT.test(group)) return refused(404, 'There is no such group of errors.');
    const decision = to === 'open' ? undefined : { state: to, by: identity.user, at: Date.now() };
    await writeDecision(redis, workspace, group, decision);
    await audit.record({ ...identity, action, workspace, detail: group, result: 'ok' });
    return { kind: 'moved', to: address('/errors', { workspace }) };
  };
}
