import type { FaultPlan } from '@cio-fleet/simulator';
import type { FleetProcess } from '@cio-fleet/testkit';
import type { Rig } from '../rig/rig.ts';
import { integerBelow } from '../rig/seeded-random.ts';

/** One kind of fault: it strikes, and mends itself before it resolves. */
export interface Fault {
  readonly name: string;
  strike(scene: Scene): Promise<void>;
}

export interface Scene {
  readonly rig: Rig;
  /** The workers of the run; a fault that kills one puts its successor in its place. */
  readonly workers: FleetProcess[];
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

/** Longer than the drill's lock (3 s), so that a frozen worker wakes up to find its lanes taken. */
const FREEZE_MS = 4500;

const killWorker: Fault = {
  name: 'worker SIGKILL',
  async strike({ rig, workers, random }) {
    const index = integerBelow(random, workers.length);
    workers[index]?.kill('SIGKILL');
    workers[index] = await rig.startWorker();
  },
};

const freezeWorker: Fault = {
  name: 'worker SIGSTOP, SIGCONT after its lock ran out',
  async strike({ workers, random, pause }) {
    const worker = workers[integerBelow(random, workers.length)];
    worker?.kill('SIGSTOP');
    await pause(FREEZE_MS);
    worker?.kill('SIGCONT');
  },
};

const restartWorker: Fault = {
  name: 'worker SIGTERM and replaced',
  async strike({ rig, workers, random }) {
    const index = integerBelow(random, workers.length);
    await workers[index]?.stop();
    workers[index] = await rig.startWorker();
  },
};

const killRedis: Fault = {
  name: 'Redis SIGKILL, back after a while',
  async strike({ rig, random, pause }) {
    await rig.redis.kill();
    await pause(200 + integerBelow(random, 1500));
    await rig.redis.restart();
  },
};

const freezeRedis: Fault = {
  name: 'Redis SIGSTOP for a while',
  async strike({ rig, random, pause }) {
    process.kill(rig.redis.pid, 'SIGSTOP');
    await pause(300 + integerBelow(random, 1500));
    process.kill(rig.redis.pid, 'SIGCONT');
  },
};

const pauseLane: Fault = {
  name: 'an operator pauses a lane',
  async strike({ rig, random, pause }) {
    const meta = `{cio:default}:default.lane.${integerBelow(random, 8)}:meta`;
    await rig.client.hset(meta, 'paused', 1);
    await pause(1500);
    await rig.client.hdel(meta, 'paused');
  },
};

function customerio(name: string, plan: FaultPlan): Fault {
  return {
    name: `Customer.io ${name}`,
    async strike({ rig, random, pause }) {
      rig.simulator.setFaults({ ...plan, seed: integerBelow(random, 2 ** 31) });
      await pause(500 + integerBelow(random, 3000));
      rig.simulator.clearFaults();
    },
  };
}

export const FAULTS: readonly Fault[] = [
  killWorker,
  freezeWorker,
  restartWorker,
  killRedis,
  freezeRedis,
  pauseLane,
  customerio('down (503)', { status: 503 }),
  customerio('flapping (503 on half)', { status: 503, rate: 0.5 }),
  customerio('accepts and loses the answer', { dropAfterAccept: true, rate: 0.4 }),
  customerio('resets in the middle of the answer', { resetMidAnswer: true, rate: 0.5 }),
  customerio('hangs', { hang: true, rate: 0.3 }),
  customerio('slow', { latencyMs: 600 }),
  customerio('answers HTML 502', { html: true }),
  customerio('throttles (429, Retry-After 1)', { status: 429, retryAfterSeconds: 1 }),
  customerio('refuses the key (401)', { status: 401 }),
];
