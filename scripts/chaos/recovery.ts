import { allQueues, redriveDeadLetters } from '@cio-fleet/lanes';
import { waitFor } from '@cio-fleet/testkit';
import type { Stage } from './stage.ts';

/** Rounds of redriving: what a storm of faults made a dead letter twice comes back with the second or third. */
const REDRIVE_ROUNDS = 5;

/** Mends everything that can be broken, and starts what is missing. */
export async function mendAll(stage: Stage, workers: number): Promise<void> {
  const { rig, weather } = stage;
  weather.clear();
  weather.rejecting(false);
  await Promise.all(
    [...stage.workers, ...stage.producers].map(async (slot) => {
      slot.clock?.setOffsetSeconds(0);
      await slot.redisLink.mend();
      if ('customerioLink' in slot) await slot.customerioLink.mend();
    }),
  );
  await rig.client.config('SET', 'maxmemory', '0');
  for (const slot of stage.workers) {
    if (stage.runningWorkers().length < workers) await slot.start();
  }
}

/** Waits until nothing waits any more. False when `timeoutMs` is over before. */
export async function settle(stage: Stage, timeoutMs: number): Promise<boolean> {
  const settled = waitFor(async () => (await stage.rig.ledger()).waiting === 0, { timeoutMs, intervalMs: 50 });
  return settled.then(
    () => true,
    () => false, // The verdict tells what still waits.
  );
}

/** Sends every dead letter again, until there is none: all that was accepted must arrive in the end. */
export async function redriveAll(stage: Stage, timeoutMs: number): Promise<void> {
  for (let round = 0; round < REDRIVE_ROUNDS; round += 1) {
    if ((await stage.rig.ledger())['dead-lettered'] === 0) return;
    await stage.deadLetters.look();
    await redriveDeadLetters({ redis: stage.rig.client, workspace: 'default', ratePerSecond: 5000 });
    await waitFor(async () => (await stage.rig.ledger())['dead-lettered'] === 0, { timeoutMs: 5000 }).catch(
      () => undefined, // Some are still on their way to rest; the next round takes them.
    );
    if (!(await settle(stage, timeoutMs))) return;
  }
}

/** The largest number of lanes that a run ever has. */
export const MOST_LANES = 12;

/** Heads that BullMQ gave up on. There must be none: a lane overtakes a failed head. */
export async function failedHeads(stage: Stage): Promise<number> {
  const queues = allQueues('default', MOST_LANES).filter(({ role }) => role !== 'dead-letter');
  const counts = await Promise.all(queues.map(({ keyPrefix }) => stage.rig.client.zcard(`${keyPrefix}failed`)));
  return counts.reduce((sum, count) => sum + count, 0);
}
