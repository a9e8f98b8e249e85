import { integerBelow } from '../../rig/seeded-random.ts';
import type { Fault, Scene } from './fault.ts';

/** Names of the load's events, from all of them to few. */
const NAMES = ['Numbered', 'Large', 'Rejected'];

const DISCARDED_NAME = 'Discarded';

/** Persons of one strike. */
const PERSONS = 10;

let throwAways = 0;

/** A hold that stays would look like a loss: so it is released until that works. */
async function releaseAll({ stage, pause, complain }: Scene): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const code = (await stage.operator?.fleet('release', '--all'))?.code;
    if (code === 0 || code === 3) return; // 3: there is none (any more)
    await pause(500);
  }
  complain('expected fleet release --all to work within 20 tries, it did not');
}

const isPossible: Fault['isPossible'] = ({ operator }) => operator !== undefined;

export const BRAKE_FAULTS: readonly Fault[] = [
  {
    name: 'an operator holds events by name, and releases them',
    family: 'operator',
    isPossible,
    async strike(scene) {
      const { stage, random, pause } = scene;
      await stage.operator?.fleet('hold', '--yes', '--name', NAMES[integerBelow(random, NAMES.length)] ?? '');
      await pause(500 + integerBelow(random, 2500));
      await releaseAll(scene);
    },
  },
  {
    name: 'an operator holds a wrong campaign, and discards it',
    family: 'operator',
    isPossible,
    async strike(scene) {
      const { stage, random, pause } = scene;
      const { rig, operator } = stage;
      await operator?.fleet('hold', '--yes', '--name', DISCARDED_NAME);
      const cio = rig.createProducer();
      for (let i = 0; i < PERSONS; i += 1) {
        throwAways += 1;
        const person = `discarded-${throwAways}`;
        for (const name of ['Numbered', DISCARDED_NAME, 'Numbered']) {
          const n = rig.checker.next(person);
          if (name === DISCARDED_NAME) rig.checker.discardable(person, n);
          if ((await cio.track(person, name, { n })).ok) rig.checker.accepted(person, n);
        }
      }
      await pause(integerBelow(random, 1000));
      await operator?.fleet('discard', '--yes', '--name', DISCARDED_NAME);
      await pause(integerBelow(random, 1000));
      await releaseAll(scene);
      await cio.close({ timeoutMs: 10_000 });
    },
  },
];
