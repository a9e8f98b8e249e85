import { ledgerResidue } from '@cio-fleet/contracts';
import { allQueues } from '@cio-fleet/lanes';
import { type FleetProcess, waitFor } from '@cio-fleet/testkit';
import { problemsWhere } from '../chaos/problem.ts';
import type { Verdict } from '../rig/arrival-checker.ts';
import { FULL_MIX } from '../rig/numbered-load.ts';
import { createOldTree } from '../rig/old-tree.ts';
import { type ProducerProcess, startProducerProcess } from '../rig/producer-process.ts';
import { startRig } from '../rig/rig.ts';

export interface RollingUpgradeOptions {
  readonly seed: number;
  /** The commit that the fleet is upgraded from. */
  readonly from: string;
  /** How long traffic flows through each mixture of versions, in s. */
  readonly stepSeconds: number;
  readonly perSecond: number;
}

export interface RollingUpgradeResult extends Verdict {
  readonly from: string;
  /** Arrivals while workers of both versions ran. */
  readonly arrivedWhileMixed: number;
  /** Workers that ended with another status than 0. */
  readonly badExits: number;
  /** Producers that left something unsent. */
  readonly badFlushes: number;
  readonly residue: number;
  readonly waiting: number;
  readonly held: number;
  readonly deadLettered: number;
  readonly failedHeads: number;
}

const WORKERS = 2;
const LANES = 8;

type Version = 'old' | 'new';

/**
 * Workers are replaced one by one, then producers, then one worker is rolled back; traffic of both versions of producers flows
 * all the time. While both versions of workers run, Customer.io is down for a moment, so that each takes over what the other
 * one has put into fallback.
 */
export async function rollingUpgrade(options: RollingUpgradeOptions): Promise<RollingUpgradeResult> {
  const { seed, from, stepSeconds, perSecond } = options;
  const tree = createOldTree(from);
  const rig = await startRig({ simulator: { latencyMs: 5 } });
  const producers: ProducerProcess[] = [];
  const counts = { badExits: 0, badFlushes: 0, arrivedWhileMixed: 0 };
  const startWorker = (version: Version): Promise<FleetProcess> =>
    version === 'old' ? rig.startWorker({}, tree.workerEntry) : rig.startWorker();
  const startProducer = async (version: Version): Promise<ProducerProcess> => {
    const producer = await startProducerProcess({
      producer: { redisUrl: rig.redis.url },
      ...{ seed: seed + producers.length, persons: 200, personPrefix: `${producers.length}.`, concurrency: 100 },
      ...{ perSecond: perSecond / 2, mix: FULL_MIX, checker: rig.checker },
      ...(version === 'old' && { entry: tree.producerEntry }),
    });
    producers.push(producer);
    return producer;
  };
  const replace = async (worker: FleetProcess, version: Version): Promise<FleetProcess> => {
    if ((await worker.stop()) !== 0) counts.badExits += 1;
    return startWorker(version);
  };
  try {
    const workers = await Promise.all(Array.from({ length: WORKERS }, () => startWorker('old')));
    const old = await startProducer('old');
    const early = await startProducer('new');
    await pause(stepSeconds);

    workers[0] = await replace(workers[0] as FleetProcess, 'new');
    const arrivedBefore = rig.checker.arrivedCount();
    await pause(stepSeconds);
    rig.simulator.setFaults({ status: 503 });
    await waitFor(async () => (await rig.held()) > 20, { timeoutMs: 30_000, description: 'held persons' });
    rig.simulator.clearFaults();
    await pause(stepSeconds);
    counts.arrivedWhileMixed = rig.checker.arrivedCount() - arrivedBefore;
    workers[1] = await replace(workers[1] as FleetProcess, 'new');
    await pause(stepSeconds);

    if (!(await old.stop())) counts.badFlushes += 1;
    const late = await startProducer('new');
    await pause(stepSeconds);
    workers[0] = await replace(workers[0] as FleetProcess, 'old');
    await pause(stepSeconds);
    for (const producer of [early, late]) if (!(await producer.stop())) counts.badFlushes += 1;
    await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 60_000, intervalMs: 50 }).catch(
      () => undefined, // The verdict tells what still waits.
    );
    const ledger = await rig.ledger();
    const queues = allQueues('default', LANES).filter(({ role }) => role !== 'dead-letter');
    const failed = await Promise.all(queues.map(({ keyPrefix }) => rig.client.zcard(`${keyPrefix}failed`)));
    return {
      ...rig.checker.verdict(),
      from,
      ...counts,
      residue: ledgerResidue(ledger),
      waiting: ledger.waiting,
      held: await rig.held(),
      deadLettered: ledger['dead-lettered'],
      failedHeads: failed.reduce((sum, count) => sum + count, 0),
    };
  } finally {
    for (const producer of producers) producer.kill('SIGKILL');
    await rig.stop();
    tree.remove();
  }
}

export function problemsOfRollingUpgrade(result: RollingUpgradeResult): readonly string[] {
  const { lost, outOfOrder, repeats, doubled, undead, residue, waiting, held, deadLettered, failedHeads } = result;
  const zeros = { lost, outOfOrder, repeats, doubled, undead, residue, waiting, held, deadLettered, failedHeads };
  return problemsWhere(
    ...Object.entries(zeros).map(([name, count]) => [count !== 0, `expected ${name} = 0, got ${count}`] as const),
    [result.badExits > 0, 'expected every worker to end with status 0'],
    [result.badFlushes > 0, 'expected every producer to send what it had before it ended'],
    [result.arrivedWhileMixed === 0, 'expected traffic while both versions ran'],
  );
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
