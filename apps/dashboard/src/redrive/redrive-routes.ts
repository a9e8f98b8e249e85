import { redriveDeadLetters } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Redrives } from '../fleet/redrives.ts';
import { type Change, type PageRoute, refused } from '../routing/answer.ts';
import { chooseWorkspace, namedWorkspace } from '../routing/workspace-choice.ts';
import { groupCondition, readRedriveFilter } from './redrive-filter.ts';
import { redrivePage } from './redrive-page.ts';

export interface RedriveRoutesOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly redrives: Redrives;
  readonly audit: AuditLog;
  readonly ratePerSecond: number;
}

/** `/redrive`: the form and what runs; with a workspace or a filter it counts, as a dry run. */
export function createRedriveRoute({ redis, workspaces, redrives, ratePerSecond }: RedriveRoutesOptions): PageRoute {
  return {
    path: '/redrive',
    title: 'Redrive',
    async answer(asked) {
      const choice = chooseWorkspace(asked, workspaces);
      if ('refusal' in choice) return choice.refusal;
      const { workspace } = choice;
      const { query, identity } = asked;
      const read = readRedriveFilter(query);
      if (!read.ok) return refused(400, read.problem);
      const { filter, texts } = read;
      const isAsked = query.workspace !== undefined || Object.keys(texts).length > 0;
      const result = isAsked
        ? await redriveDeadLetters({ redis, workspace, filter, ...groupCondition(filter), dryRun: true })
        : undefined;
      const known = workspaces.flatMap((name) => redrives.latest(name) ?? []);
      return {
        kind: 'page',
        content: redrivePage({
          ...{ workspaces, workspace, texts, ratePerSecond },
          role: identity.role,
          counted: result && { filter, result },
          redrives: known,
        }),
        data: { workspace, filter, counted: result ?? null, ratePerSecond, redrives: known },
      };
    },
  };
}

/** Starts a redrive of what the filter means; one at a time in each workspace. */
export function createRedriveChange({ workspaces, redrives }: RedriveRoutesOptions): Change {
  return async (asked) => {
    const choice = namedWorkspace(asked, workspaces);
    if ('refusal' in choice) return choice.refusal;
    const { workspace } = choice;
    const read = readRedriveFilter(asked.query);
    if (!read.ok) return refused(400, read.problem);
    if (redrives.start({ workspace, filter: read.filter, identity: asked.identity }) === 'busy') {
      return refused(409, `A redrive of ${workspace} runs already. Wait for it, or stop it.`);
    }
    return { kind: 'moved', to: '/redrive' };
  };
}

/** Stops the redrive of a workspace between two dead letters. */
export function createRedriveStopChange({ workspaces, redrives, audit }: RedriveRoutesOptions): Change {
  return async (asked) => {
    const choice = namedWorkspace(asked, workspaces);
    if ('refusal' in choice) return choice.refusal;
    const { workspace } = choice;
    const result = redrives.stop(workspace) ? 'ok' : 'nothing ran';
    const queue = `${workspace}.dead-letter`;
    await audit.record({ ...asked.identity, action: 'redrive-stop', queue, workspace, result });
    return { kind: 'moved', to: '/redrive' };
  };
}
