import type { Role } from '../access/identity.ts';
import type { BoardAction } from './board-action.ts';
import type { QueueKind } from './queue-kind.ts';

/** `redrive`: allowed, but our own redrive does it instead of Bull Board. */
export type BoardDecision =
  | { readonly kind: 'allow' }
  | { readonly kind: 'redrive' }
  | { readonly kind: 'refuse'; readonly message: string };

export interface BoardRequest {
  readonly role: Role;
  /** `undefined` for an action that Bull Board knows and we don't. */
  readonly action: BoardAction | undefined;
  /** `undefined` for the whole board. */
  readonly queue: QueueKind | undefined;
  /** Of a retry: in which state the job is, or which jobs are meant. */
  readonly jobState?: string | undefined;
}

const STEERING: readonly BoardAction[] = ['pause', 'resume', 'release-rate-limit'];

/** What an operator may do on each kind of queue. Whatever isn't listed is refused for everybody. */
const ALLOWED: Readonly<Record<QueueKind, readonly BoardAction[]>> = {
  // A lane's order and its bookkeeping live in `wait`, `meta` and the head: anything else loses or reorders operations.
  lane: STEERING,
  fallback: STEERING,
  parked: STEERING,
  // Cleaning would drop operations that the ledger still counts; adding would make some up.
  'dead-letter': [...STEERING, 'retry', 'retry-all'],
  // These carry copies and reports, in no order that anybody relies on.
  journal: [...STEERING, 'retry', 'retry-all', 'promote', 'promote-all', 'clean', 'clean-all', 'empty'],
  webhooks: [...STEERING, 'retry', 'retry-all', 'promote', 'promote-all', 'clean', 'clean-all', 'empty'],
  // Its order is that of the webhooks; what the URL refused for good may be sent again.
  'webhook-forward': [...STEERING, 'retry', 'retry-all', 'promote', 'promote-all', 'clean', 'clean-all', 'empty'],
};

const BOARD_WIDE: readonly BoardAction[] = ['pause-all', 'resume-all'];

const ALLOW: BoardDecision = { kind: 'allow' };

/** Whether a change on the board is let through: pure, and closed to what it doesn't know. */
export function decideBoardAction(request: BoardRequest): BoardDecision {
  const { role, action, queue } = request;
  if (role !== 'operator') return refuse('your role is viewer, which can look and not change. Ask an operator.');
  if (action === undefined) return refuse('this action is unknown to the fleet, so nobody knows what it would break.');
  if (queue === undefined) {
    return BOARD_WIDE.includes(action) ? ALLOW : refuse('there is no such queue in the fleet.');
  }
  if (!ALLOWED[queue].includes(action)) return refuse(reasonAgainst(action, queue));
  return queue === 'dead-letter' ? decideRetry(request) : ALLOW;
}

function decideRetry({ action, jobState }: BoardRequest): BoardDecision {
  if (action !== 'retry' && action !== 'retry-all') return ALLOW;
  if (jobState !== 'failed') return refuse('only a dead letter at rest (failed) can be redriven.');
  return action === 'retry' ? ALLOW : { kind: 'redrive' };
}

function reasonAgainst(action: BoardAction, queue: QueueKind): string {
  switch (queue) {
    case 'lane':
    case 'fallback':
    case 'parked':
      return `${action} on a ${queue} queue would lose or reorder operations. Allowed: pause, resume, release of a rate limit.`;
    case 'dead-letter':
      return `${action} would lose or make up operations of the ledger. Allowed: retry, retry all failed, pause, resume.`;
    default:
      return `${action} would break the ${queue} queue. Allowed: retry, promote, clean, empty, pause, resume.`;
  }
}

function refuse(reason: string): BoardDecision {
  return { kind: 'refuse', message: `Refused: ${reason}` };
}
