import { integerBelow } from '../../rig/seeded-random.ts';
import type { ProducerSlot } from '../producer-slot.ts';
import type { Fault, Scene } from './fault.ts';

function anyProducer({ stage, random }: Scene): ProducerSlot | undefined {
  return stage.producers[integerBelow(random, stage.producers.length)];
}

export const PRODUCER_FAULTS: readonly Fault[] = [
  {
    name: 'producer SIGKILL and replaced',
    family: 'producer',
    async strike(scene) {
      const slot = anyProducer(scene);
      await slot?.kill();
      await slot?.start();
    },
  },
  {
    name: 'producer SIGSTOP for a while',
    family: 'producer',
    async strike(scene) {
      const producer = anyProducer(scene)?.process;
      producer?.kill('SIGSTOP');
      await scene.pause(500 + integerBelow(scene.random, 4000));
      producer?.kill('SIGCONT');
    },
  },
  {
    name: 'producer loses power',
    family: 'producer',
    isPossible: ({ producers }) => producers.every(({ losePower }) => losePower !== undefined),
    async strike(scene) {
      const slot = anyProducer(scene);
      await slot?.losePower?.();
      await slot?.start();
    },
  },
  {
    name: 'producer closed and replaced',
    family: 'producer',
    seconds: 30,
    async strike(scene) {
      const slot = anyProducer(scene);
      // Whether it was flushed depends on what else is broken now; only what it was told counts.
      await slot?.stop();
      await slot?.start();
    },
  },
];
