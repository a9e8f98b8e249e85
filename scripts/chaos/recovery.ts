import { allQueues, redriveDeadLetters } from '@cio-fleet/lanes';
import { waitFor } from '@cio-fleet/testkit';
import type { Stage } from './stage.ts';

/** Rounds of redriving that may bring nothing: what a storm of faults made a dead letter twice comes back with the second. */
const IDLE_ROUNDS = 3;

/** How long it may take until one more of the dead letters that are being redriven is on its way. */
const PROGRESS_TIMEOUT_MS = 5_000;

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

/** Sends every dead letter again, until there is none, or no fewer: all that was accepted must arrive in the end. */
export async function redriveAll(stage: Stage, timeoutMs: number): Promise<void> {
  const left = async () => (await stage.rig.ledger())['dead-lettered'];
  let before = await left();
  for (let idle = 0; before > 0 && idle < IDLE_ROUNDS; ) {
    await stage.deadLetters.look();
    await redriveDeadLetters({ redis: stage.rig.client, workspace: 'default', ratePerSecond: 5000 });
    await noLonger(left);
    await settle(stage, timeoutMs);
    const after = await left();
    idle = after < before ? 0 : idle + 1;
    before = after;
  }
}

/** Waits while a count falls: thousands take minutes on a busy machine. Some that don't fall are on their way to rest. */
async function noLonger(count: () => Promise<number>): Promise<void> {
  for (let before = await count(); before > 0; ) {
    const last = before;
    const hasFallen = async () => (await count()) < last;
    const isFalling = await waitFor(hasFallen, { timeoutMs: PROGRESS_TIMEOUT_MS, intervalMs: 100 }).catch(() => false);
    if (!isFalling) return;
    before = await count();
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
