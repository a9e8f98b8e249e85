import type { QueuedOperation } from '@cio-fleet/contracts';
import type { Settlement } from '@cio-fleet/delivery';
import type { Random } from './random.ts';

/** What an operation does to whoever sends it, until it has been redriven often enough. */
export interface Nature {
  readonly person: string;
  /** Refused until it was redriven this many times. */
  readonly refusals: number;
  /** Every request with it fails, until it was redriven. */
  readonly isSick: boolean;
  /** Every worker that sends it dies, until it was redriven. */
  readonly isKiller: boolean;
}

export interface Arrival {
  readonly id: string;
  readonly redrives: number;
  readonly step: number;
  readonly token: string;
  /** The sender's lock was gone: the unavoidable gap after a freeze. Cleared when its finish succeeded all the same. */
  isStale: boolean;
}

export type ReceiverAnswer = 'taken' | 'transient' | 'throttled' | 'setup' | 'dies';

export interface Receiver {
  readonly arrivals: readonly Arrival[];
  isUp: boolean;
  readonly natures: ReadonlyMap<string, Nature>;
  learn(id: string, nature: Nature): void;
  ask(operations: readonly QueuedOperation[], sender: { token: string; queueName: string }): ReceiverAnswer;
  /** How a request that was taken settled this operation of it. */
  settlementOf(operation: QueuedOperation | undefined): Settlement | undefined;
  /** The batch of this start was settled: its sends count. */
  confirm(token: string): void;
}

export interface ReceiverOptions {
  readonly random: Random;
  readonly isCalm: () => boolean;
  readonly step: () => number;
  readonly isLocked: (token: string, queueName: string) => boolean;
}

/** Customer.io, in its worst mood. */
export function createReceiver({ random, isCalm, step, isLocked }: ReceiverOptions): Receiver {
  const arrivals: Arrival[] = [];
  const natures = new Map<string, Nature>();
  const refuses = ({ id, redrives = 0 }: QueuedOperation) => (natures.get(id)?.refusals ?? 0) > redrives;
  const isOf = (kind: 'isSick' | 'isKiller') => (operation: QueuedOperation) =>
    natures.get(operation.id)?.[kind] === true && (operation.redrives ?? 0) === 0;

  const receiver: Receiver = {
    arrivals,
    natures,
    isUp: true,
    learn: (id, nature) => natures.set(id, nature),
    ask(operations, { token, queueName }) {
      if (operations.some(isOf('isKiller'))) return 'dies';
      if (operations.some(isOf('isSick'))) return 'transient';
      const mood = isCalm() ? 1 : random.next();
      if (!receiver.isUp && mood < 0.75) return 'transient';
      if (mood < 0.04) return 'transient';
      if (mood < 0.06) return 'throttled';
      if (mood < 0.08) return 'setup';
      const isStale = !isLocked(token, queueName);
      for (const operation of operations) {
        if (refuses(operation)) continue;
        const { id, redrives = 0 } = operation;
        arrivals.push({ id, redrives, step: step(), token, isStale });
      }
      // The answer got lost after it arrived.
      return mood < 0.16 ? 'transient' : 'taken';
    },
    settlementOf(operation) {
      if (operation === undefined) return undefined;
      return refuses(operation)
        ? { state: 'rejected', reason: { code: 'REJECTED', message: 'refused' } }
        : { state: 'delivered' };
    },
    confirm(token) {
      for (let at = arrivals.length - 1; at >= Math.max(0, arrivals.length - 200); at -= 1) {
        const arrival = arrivals[at];
        if (arrival?.token === token) arrival.isStale = false;
      }
    },
  };
  return receiver;
}
