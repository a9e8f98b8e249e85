import { readDeploys, readFleetState, setWorkerQuiet } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import type { AuditLog } from '../audit/audit-log.ts';
import { address } from '../page/links.ts';
import { type Change, type PageRoute, refused } from '../routing/answer.ts';
import { chooseWorkspace, namedWorkspace, workspaceLinks } from '../routing/workspace-choice.ts';
import { workersPage } from './workers-page.ts';

export interface WorkersRoutesOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly audit: AuditLog;
}

/** `/workers`: who delivers. */
export function createWorkersRoute({ redis, workspaces }: WorkersRoutesOptions): PageRoute {
  return {
    path: '/workers',
    title: 'Workers',
    async answer(asked) {
      const choice = chooseWorkspace(asked, workspaces);
      if ('refusal' in choice) return choice.refusal;
      const { workspace } = choice;
      const [state, deploys] = await Promise.all([readFleetState(redis, workspace), readDeploys(redis, workspace)]);
      const switcher = workspaceLinks('/workers', workspaces, workspace);
      return {
        kind: 'page',
        content: workersPage({ workspace, switcher, role: asked.identity.role, state, deploys }),
        data: { workspace, at: state.at, workers: state.workers, deploys },
      };
    },
  };
}

/** Tells one worker to be quiet, or to take lanes again. */
export function createQuietChange(options: WorkersRoutesOptions, isQuiet: boolean, action: string): Change {
  const { redis, workspaces, audit } = options;
  return async (asked) => {
    const choice = namedWorkspace(asked, workspaces);
    if ('refusal' in choice) return choice.refusal;
    const { workspace } = choice;
    const worker = asked.query.worker ?? '';
    if (!(await setWorkerQuiet(redis, workspace, worker, isQuiet))) {
      return refused(404, 'There is no such live worker: it has stopped, or it fell silent.');
    }
    await audit.record({ ...asked.identity, action, workspace, detail: worker, result: 'ok' });
    return { kind: 'moved', to: address('/workers', { workspace }) };
  };
}
