import { describe, expect, it } from 'vitest';
import { BOARD_ACTIONS, type BoardAction, boardActionOf } from './board-action.ts';
import { decideBoardAction } from './board-policy.ts';
import type { QueueKind } from './queue-kind.ts';

const KINDS: readonly (QueueKind | undefined)[] = [
  ...(['lane', 'fallback', 'parked', 'dead-letter', 'journal', 'webhooks', 'webhook-forward'] as const),
  undefined,
];
const ACTIONS: readonly BoardAction[] = Object.values(BOARD_ACTIONS);

describe('the policy of the board', () => {
  it.each(KINDS)('refuses a viewer every change on %s', (queue) => {
    for (const action of ACTIONS) {
      expect(decideBoardAction({ role: 'viewer', action, queue, jobState: 'failed' }).kind, action).toBe('refuse');
    }
  });

  it.each([
    ['lane', ['pause', 'resume', 'release-rate-limit']],
    ['fallback', ['pause', 'resume', 'release-rate-limit']],
    ['parked', ['pause', 'resume', 'release-rate-limit']],
    ['dead-letter', ['retry-all', 'pause', 'resume', 'release-rate-limit', 'retry']],
    [
      'webhook-forward',
      [
        ...(['retry-all', 'promote-all', 'clean-all', 'pause', 'resume'] as const),
        ...(['release-rate-limit', 'empty', 'retry', 'clean', 'promote'] as const),
      ],
    ],
    [undefined, ['pause-all', 'resume-all']],
  ] as const)('lets an operator do exactly this on %s: %j', (queue, allowed) => {
    const decided = ACTIONS.filter(
      (action) => decideBoardAction({ role: 'operator', action, queue, jobState: 'failed' }).kind !== 'refuse',
    );
    expect(decided).toEqual(allowed);
  });

  it.each(['lane', 'fallback', 'parked', 'dead-letter', 'journal', 'webhooks', 'webhook-forward'] as const)(
    'refuses everybody to add to %s, to change its data or to obliterate it',
    (queue) => {
      for (const action of ['add', 'update-data', 'obliterate', 'set-concurrency', 'set-priority'] as const) {
        expect(decideBoardAction({ role: 'operator', action, queue }).kind).toBe('refuse');
      }
    },
  );

  it('leaves retry all of dead letters to the redrive', () => {
    const request = { role: 'operator', queue: 'dead-letter', action: 'retry-all' } as const;
    expect(decideBoardAction({ ...request, jobState: 'failed' })).toEqual({ kind: 'redrive' });
    expect(decideBoardAction({ ...request, jobState: 'completed' }).kind).toBe('refuse');
  });

  it('refuses to retry a dead letter that is redriven already', () => {
    const request = { role: 'operator', queue: 'dead-letter', action: 'retry' } as const;
    expect(decideBoardAction({ ...request, jobState: 'failed' })).toEqual({ kind: 'allow' });
    expect(decideBoardAction({ ...request, jobState: 'completed' }).kind).toBe('refuse');
  });

  it('refuses an action that it does not know', () => {
    expect(boardActionOf('put', '/api/queues/:queueName/explode')).toBeUndefined();
    expect(boardActionOf('put', 'constructor')).toBeUndefined();
    expect(decideBoardAction({ role: 'operator', action: undefined, queue: 'journal' }).kind).toBe('refuse');
  });
});
