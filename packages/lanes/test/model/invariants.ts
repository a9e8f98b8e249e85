import { laneKeyOf } from '@cio-fleet/contracts';
import type { World } from './world.ts';

/** After every finish and every rollback: holds are exactly the content of fallback, and the ledger balances. */
export function checkAccounts(world: World): void {
  const { queues, held, ledger, accepted } = world.redis.state;
  const inFallback = new Map<string, number>();
  let waiting = 0;
  for (const { address, jobs } of queues.values()) {
    if (address.role === 'dead-letter') continue;
    for (const { isSettled, operations } of jobs.values()) {
      if (isSettled) continue;
      waiting += operations.length;
      if (address.role !== 'fallback') continue;
      for (const { op } of operations) inFallback.set(laneKeyOf(op), (inFallback.get(laneKeyOf(op)) ?? 0) + 1);
    }
  }
  for (const laneKey of new Set([...held.keys(), ...inFallback.keys()])) {
    const [counted, real] = [held.get(laneKey) ?? 0, inFallback.get(laneKey) ?? 0];
    if (counted !== real) world.violation(`HELD ${laneKey} ${counted}, in fallback ${real}`);
  }
  let settled = 0;
  for (const count of ledger.values()) settled += count;
  if (accepted !== settled + waiting)
    world.violation(`LEDGER accepted ${accepted}, settled ${settled}, waiting ${waiting}`);
}
