import { isErasedBy, laneKeyOf, type QueuedOperation } from '@cio-fleet/contracts';
import { checkAccounts } from './invariants.ts';
import type { Arrival } from './receiver.ts';
import type { World } from './world.ts';

/** What must be true once everything has calmed down and every dead letter was redriven. */
export function judge(world: World, accepted: readonly QueuedOperation[]): void {
  const { redis, courier } = world;
  for (const { address, wait, active, failed } of redis.state.queues.values()) {
    const left = wait.length + failed.length + (active === undefined ? 0 : 1);
    if (left > 0) world.violation(`STUCK ${left} jobs in ${address.name}`);
  }
  checkAccounts(world);
  if (redis.state.parked.size > 0) world.violation(`PARKED at the end: ${[...redis.state.parked.keys()]}`);
  if (redis.state.held.size > 0) world.violation(`HELD at the end: ${[...redis.state.held.keys()]}`);
  if ((redis.state.ledger.get('dead-lettered') ?? 0) !== 0) world.violation('LEDGER counts dead letters that are gone');

  const byId = Map.groupBy(courier.arrivals, ({ id }) => id);
  const persons = Map.groupBy(accepted, ({ op }) => laneKeyOf(op));
  for (const [person, all] of persons) {
    // What was erased or discarded may have been sent or not, and isn't repeated where the others are.
    const operations = all.filter(
      (operation) => !isErasedBy(operation, redis.state.erasures.get(person)) && !world.discarded.has(operation.id),
    );
    judgeOrder(world, operations, byId);
    for (const operation of operations) {
      const arrivals = byId.get(operation.id) ?? [];
      if (arrivals.length === 0) world.violation(`LOST ${operation.id}`);
      else if (arrivals.every(({ isStale }) => isStale)) world.violation(`ONLY STALE ${operation.id}`);
    }
  }
}

/** First and last arrivals of a person are in the order accepted. A redriven operation is late by nature. */
function judgeOrder(
  world: World,
  operations: readonly QueuedOperation[],
  byId: ReadonlyMap<string, readonly Arrival[]>,
): void {
  let first = -1;
  let last = -1;
  for (const { id } of operations) {
    const arrivals = (byId.get(id) ?? []).filter(({ isStale }) => !isStale);
    const [earliest, latest] = [arrivals[0], arrivals.at(-1)];
    if (earliest === undefined || latest === undefined || world.condemned.has(id)) continue;
    if (earliest.step < first) world.violation(`ORDER first arrival of ${id} before an earlier operation's`);
    if (latest.step < last) world.violation(`ORDER last arrival of ${id} before an earlier operation's`);
    first = Math.max(first, earliest.step);
    last = Math.max(last, latest.step);
  }
}
