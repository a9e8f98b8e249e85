import { deadLetterQueueName, fallbackQueueName, laneQueueName, queueKeyPrefix } from '@cio-fleet/contracts';

/** What a queue is for; it decides what may happen to its operations. */
export type QueueRole = 'lane' | 'fallback' | 'dead-letter';

/** One queue of a workspace, by name and by what its Redis keys begin with. */
export interface QueueAddress {
  readonly workspace: string;
  readonly role: QueueRole;
  readonly name: string;
  readonly keyPrefix: string;
}

export function laneAddress(workspace: string, index: number): QueueAddress {
  return address(workspace, 'lane', laneQueueName(workspace, index));
}

export function fallbackAddress(workspace: string): QueueAddress {
  return address(workspace, 'fallback', fallbackQueueName(workspace));
}

export function deadLetterAddress(workspace: string): QueueAddress {
  return address(workspace, 'dead-letter', deadLetterQueueName(workspace));
}

/** Every queue of a workspace that keeps order, and so needs the fence. */
export function allQueues(workspace: string, lanes: number): QueueAddress[] {
  const laneAddresses = Array.from({ length: lanes }, (_, index) => laneAddress(workspace, index));
  return [...laneAddresses, fallbackAddress(workspace), deadLetterAddress(workspace)];
}

function address(workspace: string, role: QueueRole, name: string): QueueAddress {
  return { workspace, role, name, keyPrefix: queueKeyPrefix(workspace, name) };
}
