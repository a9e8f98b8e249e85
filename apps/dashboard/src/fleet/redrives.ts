import { auditedFilter, type RedriveResult, redriveDeadLetters } from '@cio-fleet/lanes';
import type { Logger } from '@cio-fleet/telemetry';
import type { Redis } from 'ioredis';
import type { Identity } from '../access/identity.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { groupCondition, type RedriveFilter } from '../redrive/redrive-filter.ts';

/** A redrive that runs, or the last one that ran. */
export interface Redrive {
  readonly workspace: string;
  readonly filter: RedriveFilter;
  readonly startedBy: string;
  /** In ms since the epoch. */
  readonly startedAt: number;
  /** Dead letters that it means; `null` until they are counted. */
  readonly total: number | null;
  readonly progress: RedriveResult;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
}

export interface RedrivesOptions {
  readonly redis: Redis;
  readonly audit: AuditLog;
  readonly logger: Logger;
  readonly ratePerSecond: number;
}

export interface RedriveRequest {
  readonly workspace: string;
  readonly filter: RedriveFilter;
  readonly identity: Identity;
}

/** Runs redrives in the background, one at a time for each workspace. */
export interface Redrives {
  /** `busy` while another one runs for the workspace. */
  start(request: RedriveRequest): 'started' | 'busy';
  /** Stops the running one between two dead letters; false when none runs. */
  stop(workspace: string): boolean;
  latest(workspace: string): Redrive | undefined;
  /** Stops all of them and waits. What was redriven stays so; the rest rests. */
  close(): Promise<void>;
}

const NOTHING: RedriveResult = { matched: 0, operations: 0, redriven: 0, gone: 0, unreadable: 0 };

export function createRedrives(options: RedrivesOptions): Redrives {
  const { redis, audit, logger, ratePerSecond } = options;
  const latest = new Map<string, Redrive>();
  const running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();

  const run = async ({ workspace, filter, identity }: RedriveRequest, signal: AbortSignal): Promise<void> => {
    const update = (change: Partial<Redrive>) => {
      const current = latest.get(workspace);
      if (current !== undefined) latest.set(workspace, { ...current, ...change });
    };
    let result: string;
    try {
      const meant = { redis, workspace, filter, ...groupCondition(filter), signal };
      const { matched } = await redriveDeadLetters({ ...meant, dryRun: true });
      update({ total: matched });
      const onProgress = (progress: RedriveResult) => update({ progress });
      const progress = await redriveDeadLetters({ ...meant, ratePerSecond, onProgress });
      update({ progress, state: signal.aborted ? 'stopped' : 'done' });
      result = `${signal.aborted ? 'stopped' : 'done'}: ${progress.redriven} redriven, ${progress.gone} gone`;
    } catch (error) {
      logger.error({ err: error, workspace }, 'redrive failed; start it again to go on where it ended');
      update({ state: 'failed' });
      result = 'failed';
    }
    await audit.record({ ...entryOf(identity, workspace, filter), action: 'redrive-end', workspace, result });
  };

  return {
    start(request) {
      const { workspace, filter, identity } = request;
      if (running.has(workspace)) return 'busy';
      latest.set(workspace, {
        workspace,
        filter,
        startedBy: identity.user,
        startedAt: Date.now(),
        total: null,
        progress: NOTHING,
        state: 'running',
      });
      const abort = new AbortController();
      const done = audit
        .record({ ...entryOf(identity, workspace, filter), action: 'redrive', workspace, result: 'started' })
        .then(() => run(request, abort.signal))
        .finally(() => running.delete(workspace));
      running.set(workspace, { abort, done });
      return 'started';
    },
    stop(workspace) {
      const redrive = running.get(workspace);
      redrive?.abort.abort();
      return redrive !== undefined;
    },
    latest: (workspace) => latest.get(workspace),
    async close() {
      for (const { abort } of running.values()) abort.abort();
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

function entryOf(identity: Identity, workspace: string, filter: RedriveFilter) {
  return {
    user: identity.user,
    role: identity.role,
    queue: `${workspace}.dead-letter`,
    detail: auditedFilter(filter),
  };
}
