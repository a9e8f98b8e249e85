import { integerBelow } from '../../rig/seeded-random.ts';
import type { SkewedClock } from '../../rig/skewed-clock.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './fault.ts';

const HOUR = 3600;

/** Beyond 72 h too, when operations expire: by whose clock? */
const JUMPS_SECONDS = [-100 * HOUR, -5 * HOUR, -90, 90, 5 * HOUR, 100 * HOUR];

function clockFault(whose: string, clocksOf: (stage: Stage) => readonly (SkewedClock | undefined)[]): Fault {
  return {
    name: `the clock of a ${whose} jumps by hours, and back`,
    family: 'clock',
    isPossible: (stage) => clocksOf(stage).every((clock) => clock !== undefined),
    async strike({ stage, random, pause }) {
      const clocks = clocksOf(stage);
      const clock = clocks[integerBelow(random, clocks.length)];
      clock?.setOffsetSeconds(JUMPS_SECONDS[integerBelow(random, JUMPS_SECONDS.length)] ?? 0);
      await pause(1000 + integerBelow(random, 3000));
      clock?.setOffsetSeconds(0);
    },
  };
}

export const CLOCK_FAULTS: readonly Fault[] = [
  clockFault('worker', (stage) => stage.runningWorkers().map(({ clock }) => clock)),
  clockFault('producer', (stage) => stage.producers.map(({ clock }) => clock)),
];
