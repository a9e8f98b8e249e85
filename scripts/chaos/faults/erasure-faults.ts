import { liveAndBeErased } from '../../rig/numbered-load.ts';
import { REJECTED_NAME } from '../../rig/numbered-operation.ts';
import type { Fault } from './fault.ts';

let throwAways = 0;
function nextPerson(kind: string): string {
  throwAways += 1;
  return `${kind}-${throwAways}`;
}

/** Persons of one strike. */
const PERSONS = 20;

export const ERASURE_FAULTS: readonly Fault[] = [
  {
    name: 'suppress and delete race queued operations and a redrive',
    family: 'erasure',
    seconds: 10,
    isPossible: ({ operator }) => operator !== undefined,
    async strike({ stage, random, pause }) {
      const { rig, weather } = stage;
      const cio = rig.createProducer();
      const onRefused = () => undefined;
      const persons = Array.from({ length: PERSONS }, () => nextPerson('racer'));
      weather.rejecting(true);
      await Promise.all(
        persons.map(async (person) => {
          const n = rig.checker.next(person);
          if ((await cio.track(person, REJECTED_NAME, { n })).ok) rig.checker.accepted(person, n);
        }),
      );
      await pause(800);
      weather.rejecting(false);
      await stage.deadLetters.look();
      const redrive = stage.operator?.fleet('redrive', '--yes', '--rate', '1000');
      for (const person of persons) {
        await Promise.all([
          liveAndBeErased({ cio, checker: rig.checker, random, onRefused }, person),
          pause(random() * 60),
        ]);
      }
      await redrive;
      await cio.close({ timeoutMs: 10_000 });
    },
  },
];
