import { isErasedBy, laneKeyOf, type QueuedOperation } from '@cio-fleet/contracts';
import type { Courier, DeliveryRequest, DeliveryResult, Interruption, Settlement } from '@cio-fleet/delivery';
import { brakeOn } from '../../src/brakes/brake-set.ts';
import type { Consumer } from './consumer.ts';

const ERROR = { code: 'MODEL', message: 'the model said so' };

/** A way to Customer.io on which everything goes wrong that can: parts, lost answers, refusals, a dying worker. */
export function createModelCourier(consumer: Consumer): Courier {
  const { world, actor, queue } = consumer;

  /** One request: what is known of it afterwards. */
  async function send(request: DeliveryRequest, part: readonly QueuedOperation[]) {
    if (consumer.circuit === 'OPEN') return 'circuit-open';
    if (consumer.circuit === 'HALF_OPEN' && world.trouble(0.5)) return 'circuit-open';
    if ((await request.guard()) === 'stale') return 'stale';
    for (const operation of part) {
      if (isErasedBy(operation, consumer.erasuresAtGuard.get(laneKeyOf(operation.op)))) {
        world.violation(`ERASED AND SENT ${operation.id}`);
      }
      if (brakeOn(operation, { version: '', brakes: consumer.brakesAtGuard }, world.now()) !== undefined) {
        world.violation(`BRAKED AND SENT ${operation.id}`);
      }
    }
    // From here to the arrival is the one gap that nothing closes.
    await actor.pause();
    const answer = world.courier.ask(part, { token: actor.token ?? '', queueName: queue.name });
    world.say(`${actor.token} sends ${part.map(({ id }) => id)}: ${answer}`);
    if (answer === 'dies') return actor.die();
    await actor.pause();
    return answer;
  }

  async function deliver(request: DeliveryRequest): Promise<DeliveryResult> {
    const settlements: (Settlement | undefined)[] = request.operations.map(() => undefined);
    const failedAlone: number[] = [];
    const blocked = new Set<string>();
    let interruption: Interruption | undefined;
    let requests = 0;
    for (const part of cut(request)) {
      const indexes = part.filter((index) => !blocked.has(personOf(request, index)));
      if (indexes.length === 0) continue;
      const operations = indexes.flatMap((index) => request.operations[index] ?? []);
      requests += 1;
      const answer = await send(request, operations);
      if (answer === 'taken') {
        for (const index of indexes) settlements[index] = world.courier.settlementOf(request.operations[index]);
        continue;
      }
      interruption =
        answer === 'stale' || answer === 'circuit-open' ? { kind: answer } : { kind: answer, error: ERROR };
      if (answer === 'transient' && request.isolate === true) {
        for (const index of indexes) {
          failedAlone.push(index);
          blocked.add(personOf(request, index));
        }
      } else if (answer !== 'transient' || world.mutation !== 'goes-on-after-a-failed-part') {
        break;
      }
    }
    return { settlements, requests, failedAlone, ...(interruption && { interruption }) };
  }

  /** Indexes, part by part. A search for one operation sends each alone. */
  function cut({ operations, isolate }: DeliveryRequest): number[][] {
    const parts: number[][] = [];
    for (let from = 0; from < operations.length; ) {
      const size = isolate === true ? 1 : 1 + world.random.below(operations.length);
      parts.push(Array.from({ length: Math.min(size, operations.length - from) }, (_, index) => from + index));
      from += size;
    }
    return parts;
  }

  return { deliver };
}

function personOf({ operations }: DeliveryRequest, index: number): string {
  const operation = operations[index];
  return operation === undefined ? '' : laneKeyOf(operation.op);
}
