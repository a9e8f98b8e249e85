import { laneKeyOf } from '@cio-fleet/contracts';
import { parkedSideOf } from '../../src/queue-address.ts';
import type { World } from './world.ts';

/** After every finish and every rollback: holds are exactly the content of fallback and of parked, and the ledger balances. */
export function checkAccounts(world: World): void {
  const { queues, held, parked, ledger, accepted } = world.redis.state;
  const inParked = new Map<string, number>();
  const inFallback = new Map<string, number>();
  let waiting = 0;
  for (const { address, jobs } of queues.values()) {
    if (address.role === 'dead-letter') continue;
    for (const { isSettled, operations } of jobs.values()) {
      if (isSettled) continue;
      waiting += operations.length;
      if (address.role === 'parked') {
        const side = parkedSideOf(address);
        for (const { op } of operations) bump(inParked, `${side}:${laneKeyOf(op)}`);
      }
      if (address.role !== 'fallback') continue;
      for (const { op } of operations) bump(inFallback, laneKeyOf(op));
    }
  }
  compare(world, 'HELD', held, inFallback);
  compare(world, 'PARKED', parked, inParked);
  let settled = 0;
  for (const count of ledger.values()) settled += count;
  if (accepted !== settled + waiting)
    world.violation(`LEDGER accepted ${accepted}, settled ${settled}, waiting ${waiting}`);
}

function compare(
  world: World,
  what: string,
  counts: ReadonlyMap<string, number>,
  real: ReadonlyMap<string, number>,
): void {
  for (const key of new Set([...counts.keys(), ...real.keys()])) {
    const [counted, found] = [counts.get(key) ?? 0, real.get(key) ?? 0];
    if (counted !== found) world.violation(`${what} ${key} ${counted}, found ${found}`);
  }
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
