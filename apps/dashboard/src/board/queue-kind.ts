import {
  deadLetterQueueName,
  fallbackQueueName,
  journalQueueName,
  laneQueueName,
  parkedQueueName,
  webhookForwardQueueName,
  webhooksQueueName,
} from '@cio-fleet/contracts';

/** What a queue is for; it decides which buttons work on it. */
export type QueueKind = 'lane' | 'fallback' | 'parked' | 'dead-letter' | 'journal' | 'webhooks' | 'webhook-forward';

/** A queue of the fleet, as the board shows it. */
export interface BoardQueue {
  readonly name: string;
  readonly workspace: string;
  readonly kind: QueueKind;
  readonly description: string;
}

/** The queues of a workspace, lanes first. `optional` names those that exist of journal, webhooks and webhook-forward. */
export function boardQueuesOf(
  workspace: string,
  lanes: number,
  optional: { readonly journal: boolean; readonly webhooks: boolean; readonly forward: boolean },
): readonly BoardQueue[] {
  const queue = (name: string, kind: QueueKind, description: string) => ({ name, workspace, kind, description });
  return [
    ...Array.from({ length: lanes }, (_, lane) =>
      queue(laneQueueName(workspace, lane), 'lane', `Ordered lane ${lane}. Pause, resume and release only.`),
    ),
    queue(
      fallbackQueueName(workspace),
      'fallback',
      'What could not be delivered now, in order. Pause, resume and release only.',
    ),
    ...([0, 1] as const).map((side) =>
      queue(
        parkedQueueName(workspace, side),
        'parked',
        'What operators hold, and what leaves since they released it; the two queues take turns. Pause, resume and release of a rate limit only.',
      ),
    ),
    queue(
      deadLetterQueueName(workspace),
      'dead-letter',
      'What Customer.io rejects for good. Retry puts it back on its lane; Retry all goes oldest first, paced.',
    ),
    ...(optional.journal
      ? [queue(journalQueueName(workspace), 'journal', 'Outcomes on their way to the journal.')]
      : []),
    ...(optional.webhooks
      ? [queue(webhooksQueueName(workspace), 'webhooks', "Customer.io's reporting webhooks for your consumers.")]
      : []),
    ...(optional.forward
      ? [
          queue(
            webhookForwardQueueName(workspace),
            'webhook-forward',
            'Reporting webhooks on their way to your URL. Retry sends a failed one again.',
          ),
        ]
      : []),
  ];
}
