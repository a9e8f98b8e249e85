import type { RequestHandler } from 'express';
import { identityOf } from '../access/guard.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Redrives } from '../fleet/redrives.ts';
import { decideBoardAction } from './board-policy.ts';
import type { BoardQueue } from './queue-kind.ts';

/** Where Bull Board's Retry all goes, under its base path. */
export const RETRY_ALL_ROUTE = '/api/queues/:queueName/retry/:queueStatus';

export interface RetryAllOptions {
  readonly queueOf: (name: string) => BoardQueue | undefined;
  readonly restingOf: (workspace: string) => Promise<number>;
  readonly redrives: Redrives;
  readonly audit: AuditLog;
}

/**
 * Takes Retry all of dead letters from Bull Board, which would go newest first and all at once. Ours runs in the background
 * and the answer, in Bull Board's own shape, says how many there are. Everything else goes on to Bull Board and its hooks.
 */
export function createRetryAllRoute(options: RetryAllOptions): RequestHandler {
  const { queueOf, restingOf, redrives, audit } = options;
  return async (request, response, next) => {
    const { queueName, queueStatus } = request.params;
    const queue = queueOf(String(queueName));
    const identity = identityOf(response);
    const decision = decideBoardAction({
      role: identity.role,
      action: 'retry-all',
      queue: queue?.kind,
      jobState: String(queueStatus),
    });
    if (decision.kind !== 'redrive' || queue === undefined) return next();
    const resting = await restingOf(queue.workspace);
    if (redrives.start({ workspace: queue.workspace, filter: {}, identity }) === 'busy') {
      const message = 'Refused: a redrive of this workspace runs already. The fleet page shows it and can stop it.';
      audit.refused({ ...identity, action: 'retry-all', queue: queue.name }, message);
      response.status(409).json({ error: { key: 'ERRORS.FORBIDDEN' }, message });
      return;
    }
    response.status(200).json({ retried: resting, skipped: 0 });
  };
}
