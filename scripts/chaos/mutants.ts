import { fallbackQueueName, queueKeyPrefix } from '@cio-fleet/contracts';
import type { Patch } from '../rig/patched-tree.ts';
import { freezeWorkers } from '../scenarios/freeze.ts';
import { type FaultRunOptions, runFaults } from './fault-run.ts';
import type { Fault } from './faults/fault.ts';
import { FAULTS } from './faults/index.ts';
import { killerFault } from './faults/killer-fault.ts';
import { problemsOf } from './judge.ts';

/** A mistake in a copy of the fleet, and the run in which the checker must notice it. */
export interface Mutant {
  readonly name: string;
  readonly patches: readonly Patch[];
  /** What was found; nothing when the mistake went unnoticed, or when there was none. */
  run(workerEntry?: string): Promise<readonly string[]>;
}

function named(...names: readonly string[]): readonly Fault[] {
  const faults = FAULTS.filter(({ name }) => names.includes(name));
  if (faults.length !== names.length) throw new Error(`expected faults named ${names.join(', ')}`);
  return faults;
}

async function faultRun(
  options: Pick<FaultRunOptions, 'seed' | 'seconds' | 'faults'>,
  workerEntry: string | undefined,
): Promise<readonly string[]> {
  const result = await runFaults({
    ...{ workers: 2, producers: 1, perSecond: 400, persons: 60, hasOperator: false, mostPauseMs: 300 },
    // A fleet with a mistake may never recover: it isn't waited for as long as a good one.
    ...{ recoveryTimeoutMs: 6_000 },
    ...options,
    ...(workerEntry && { workerEntry }),
  });
  return [...problemsOf(result), ...result.examples];
}

/** Enough for two deaths, each noticed after lock and stalled check, also on a busy machine. It ends as soon as they were. */
const KILLING_MS = 50_000;
const KILLING_SECONDS = 12;

const FALLBACK_META = `${queueKeyPrefix('default', fallbackQueueName('default'))}meta`;

/** Kills all workers in the middle of moves to fallback, which a slow link to Redis makes long. */
const KILLED_WHILE_MOVING: Fault = {
  name: 'all workers killed while they move operations to fallback',
  family: 'worker',
  async strike({ stage, pause }) {
    const slots = stage.runningWorkers();
    const { client } = stage.rig;
    // Whoever isn't counted as held overtakes what rests in fallback.
    await client.hset(FALLBACK_META, 'paused', 1);
    for (const { redisLink } of slots) await redisLink.fail({ kind: 'latency', latencyMs: 25 });
    stage.weather.set({ status: 503 });
    await pause(2500);
    for (const slot of slots) slot.kill();
    for (const { redisLink } of slots) await redisLink.mend();
    stage.weather.clear();
    await Promise.all(slots.map((slot) => slot.start()));
    await pause(3000);
    await client.hdel(FALLBACK_META, 'paused');
    await pause(500);
  },
};

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no lock check before a send',
    patches: [
      {
        file: 'packages/lanes/src/send-guard.ts',
        find: "if (guard === 'stale') return 'stale';",
        replace: "if (guard === 'stale') return 'go';",
      },
    ],
    async run(workerEntry) {
      const { staleSends } = await freezeWorkers({
        seed: 4,
        runs: 8,
        isOverAtFirst: true,
        ...(workerEntry && { workerEntry }),
      });
      return staleSends > 0 ? [`${staleSends} operations were sent by a worker that had lost its lane`] : [];
    },
  },
  {
    name: 'maxStalledCount 1',
    patches: [
      {
        file: 'packages/lanes/src/queue-worker.ts',
        find: 'maxStalledCount: 1_000_000_000',
        replace: 'maxStalledCount: 1',
      },
    ],
    run: (workerEntry) =>
      faultRun({ seed: 1, seconds: 12, faults: [killerFault(KILLING_MS, KILLING_SECONDS)] }, workerEntry),
  },
  {
    name: 'a move in two steps: pushed to fallback, then counted as held',
    patches: [
      {
        file: 'packages/lanes/src/redis-lane-store.ts',
        find: '...changes(finish.held),',
        replace: '...changes(new Map()),',
      },
      {
        file: 'packages/lanes/src/redis-lane-store.ts',
        find: 'return reply as FinishReply;',
        replace: `if (reply === 'ok') {
        for (const [laneKey, delta] of finish.held) {
          if ((await redis.hincrby(keys.held, laneKey, delta)) <= 0) await redis.hdel(keys.held, laneKey);
        }
      }
      return reply as FinishReply;`,
      },
    ],
    run: (workerEntry) => faultRun({ seed: 2, seconds: 10, faults: [KILLED_WHILE_MOVING] }, workerEntry),
  },
  {
    name: 'two heads of a lane at a time',
    patches: [
      { file: 'packages/lanes/src/membership.ts', find: "'concurrency', 1", replace: "'concurrency', 2" },
      { file: 'packages/lanes/src/queue-worker.ts', find: 'concurrency: 1,', replace: 'concurrency: 2,' },
      { file: 'packages/lanes/src/scripts/guard.ts', find: '> 1 then', replace: '> 2 then' },
    ],
    run: (workerEntry) =>
      faultRun({ seed: 3, seconds: 12, faults: named('Customer.io flapping (503 on half)') }, workerEntry),
  },
];
