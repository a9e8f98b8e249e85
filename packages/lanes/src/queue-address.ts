import {
  deadLetterQueueName,
  fallbackQueueName,
  laneQueueName,
  parkedQueueName,
  queueKeyPrefix,
} from '@cio-fleet/contracts';
import type { ParkedSide } from './parking.ts';

/** What a queue is for; it decides what may happen to its operations. */
export type QueueRole = 'lane' | 'fallback' | 'parked' | 'dead-letter';

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

/** Where operators' holds keep operations, and from where they leave; the sides take turns. */
export function parkedAddress(workspace: string, side: ParkedSide): QueueAddress {
  return address(workspace, 'parked', parkedQueueName(workspace, side));
}

/** Both sides of parked, by their number. */
export function parkedAddresses(workspace: string): readonly [QueueAddress, QueueAddress] {
  return [parkedAddress(workspace, 0), parkedAddress(workspace, 1)];
}

/** Which side of parked a queue is. */
export function parkedSideOf({ name }: QueueAddress): ParkedSide {
  return name.endsWith('.1') ? 1 : 0;
}

export function deadLetterAddress(workspace: string): QueueAddress {
  return address(workspace, 'dead-letter', deadLetterQueueName(workspace));
}

/** Every queue of a workspace that keeps order, and so needs the fence. */
export function allQueues(workspace: string, lanes: number): QueueAddress[] {
  const laneAddresses = Array.from({ length: lanes }, (_, index) => laneAddress(workspace, index));
  return [...laneAddresses, fallbackAddress(workspace), ...parkedAddresses(workspace), deadLetterAddress(workspace)];
}

function address(workspace: string, role: QueueRole, name: string): QueueAddress {
  return { workspace, role, name, keyPrefix: queueKeyPrefix(workspace, name) };
}

/** Whether its operations count as waiting: those in lanes, fallback and parked do; a dead letter has reached a final state. */
export function countsAsWaiting({ role }: QueueAddress): boolean {
  return role !== 'dead-letter';
}
