import { auditedFilter, readFleetState, releaseBrakes } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import type { AuditLog } from '../audit/audit-log.ts';
import { type Change, refused } from '../routing/answer.ts';
import { namedWorkspace } from '../routing/workspace-choice.ts';

export interface ReleaseChangeOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly audit: AuditLog;
}

/** Releases a brake. Brakes are set from the command line, which counts first. */
export function createReleaseChange({ redis, workspaces, audit }: ReleaseChangeOptions): Change {
  return async (asked) => {
    const choice = namedWorkspace(asked, workspaces);
    if ('refusal' in choice) return choice.refusal;
    const { workspace } = choice;
    const { identity, query } = asked;
    const id = query.brake ?? '';
    const brake = (await readFleetState(redis, workspace)).brakes.find((one) => one.id === id);
    if (brake === undefined || (await releaseBrakes(redis, workspace, [id])) === 0) {
      return refused(404, 'This brake is no longer there: somebody else released it, or it has expired.');
    }
    const detail = `${brake.kind} ${id} ${auditedFilter(brake.filter)}`;
    await audit.record({ ...identity, action: 'release', workspace, detail, result: 'ok' });
    return { kind: 'moved', to: '/' };
  };
}
