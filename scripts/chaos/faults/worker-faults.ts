import { integerBelow } from '../../rig/seeded-random.ts';
import type { WorkerSlot } from '../worker-slot.ts';
import type { Fault, Scene } from './fault.ts';

/** Longer than the drill's lock (3 s), so that a frozen worker wakes up to find its lanes taken. */
const FREEZE_MS = 4500;

function anyWorker({ stage, random }: Scene): WorkerSlot | undefined {
  const running = stage.runningWorkers();
  return running[integerBelow(random, running.length)];
}

async function replace(slot: WorkerSlot | undefined, { complain }: Scene): Promise<void> {
  const code = await slot?.stop();
  if (code !== undefined && code !== 0) complain(`a worker exited with ${code} on SIGTERM`);
  await slot?.start();
}

export const WORKER_FAULTS: readonly Fault[] = [
  {
    name: 'worker SIGKILL',
    family: 'worker',
    async strike(scene) {
      const slot = anyWorker(scene);
      slot?.kill();
      await slot?.start();
    },
  },
  {
    name: 'all workers SIGKILL at once',
    family: 'worker',
    async strike({ stage }) {
      const slots = stage.runningWorkers();
      for (const slot of slots) slot.kill();
      await Promise.all(slots.map((slot) => slot.start()));
    },
  },
  {
    name: 'worker SIGSTOP, SIGCONT after its lock ran out',
    family: 'worker',
    async strike(scene) {
      const worker = anyWorker(scene)?.process;
      worker?.kill('SIGSTOP');
      await scene.pause(FREEZE_MS);
      worker?.kill('SIGCONT');
    },
  },
  {
    name: 'worker SIGTERM and replaced',
    family: 'worker',
    seconds: 12,
    strike: async (scene) => replace(anyWorker(scene), scene),
  },
  {
    name: 'rolling restart of all workers',
    family: 'worker',
    seconds: 15,
    async strike(scene) {
      for (const slot of scene.stage.runningWorkers()) await replace(slot, scene);
    },
  },
  {
    name: 'scale down to 1, up to all, and back',
    family: 'worker',
    seconds: 15,
    async strike(scene) {
      const { stage, pause } = scene;
      const running = stage.runningWorkers();
      await Promise.all(running.slice(1).map((slot) => slot.stop()));
      await pause(500);
      await Promise.all(stage.workers.map((slot) => slot.start()));
      await pause(1000);
      await Promise.all(stage.workers.filter((slot) => !running.includes(slot)).map((slot) => slot.stop()));
    },
  },
];
