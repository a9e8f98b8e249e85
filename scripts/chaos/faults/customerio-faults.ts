import type { FaultPlan } from '@cio-fleet/simulator';
import { integerBelow } from '../../rig/seeded-random.ts';
import type { Fault } from './fault.ts';

interface Duration {
  readonly leastMs: number;
  readonly mostMs: number;
}

const SHORT: Duration = { leastMs: 500, mostMs: 3500 };
/** Hours, in the drill's time: the breaker resets in 1 s instead of 30 s, fallback looks again each 0.5 to 2 s. */
const LONG: Duration = { leastMs: 8000, mostMs: 14_000 };

function customerio(name: string, plan: FaultPlan, { leastMs, mostMs }: Duration = SHORT): Fault {
  return {
    name: `Customer.io ${name}`,
    family: 'customerio',
    seconds: mostMs / 1000,
    async strike({ stage, random, pause }) {
      stage.weather.set({ ...plan, seed: integerBelow(random, 2 ** 31) });
      await pause(leastMs + integerBelow(random, mostMs - leastMs));
      stage.weather.clear();
    },
  };
}

export const CUSTOMERIO_FAULTS: readonly Fault[] = [
  customerio('down (503)', { status: 503 }),
  customerio('down for long (503)', { status: 503 }, LONG),
  customerio('flapping (503 on half)', { status: 503, rate: 0.5 }),
  customerio('accepts and loses the answer', { dropAfterAccept: true, rate: 0.4 }),
  customerio('resets in the middle of the answer', { resetMidAnswer: true, rate: 0.5 }),
  customerio('hangs', { hang: true, rate: 0.3 }),
  customerio('slow', { latencyMs: 600 }),
  customerio('slower than the time-out', { latencyMs: 1500, rate: 0.5 }),
  customerio('answers HTML 502', { html: true }),
  customerio('throttles (429, Retry-After 1)', { status: 429, retryAfterSeconds: 1 }),
  customerio('throttles for long (429)', { status: 429, rate: 0.9 }, LONG),
  customerio('refuses the key (401)', { status: 401 }),
  customerio('refuses the key for long (401)', { status: 401 }, LONG),
  {
    name: 'Customer.io answers 207 on a retry',
    family: 'customerio',
    async strike({ stage, pause }) {
      const { weather } = stage;
      const wasRejecting = weather.isRejecting;
      weather.rejecting(false);
      // What it took without an answer, it partly refuses when it comes again.
      weather.set({ dropAfterAccept: true });
      await pause(400);
      weather.rejecting(true);
      weather.clear();
      await pause(1500);
      weather.rejecting(wasRejecting);
    },
  },
];
