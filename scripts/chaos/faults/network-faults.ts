import type { FaultProxy, LinkFault } from '../../rig/fault-proxy.ts';
import { integerBelow } from '../../rig/seeded-random.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './fault.ts';

interface LinkKind {
  readonly between: string;
  readonly of: (stage: Stage) => readonly FaultProxy[];
}

const LINKS: readonly LinkKind[] = [
  { between: 'a worker and Redis', of: (stage) => stage.runningWorkers().map(({ redisLink }) => redisLink) },
  { between: 'a producer and Redis', of: (stage) => stage.producers.map(({ redisLink }) => redisLink) },
  {
    between: 'a worker and Customer.io',
    of: (stage) => stage.runningWorkers().map(({ customerioLink }) => customerioLink),
  },
];

interface Trouble {
  readonly name: string;
  readonly fault: LinkFault | 'cut';
}

const TROUBLES: readonly Trouble[] = [
  { name: 'cut', fault: 'cut' },
  { name: 'latency', fault: { kind: 'latency', latencyMs: 120, jitterMs: 80 } },
  { name: 'partition', fault: { kind: 'partition' } },
  { name: 'half-open', fault: { kind: 'half-open' } },
  { name: 'connection refused', fault: { kind: 'refuse' } },
  { name: 'reset in mid-message', fault: { kind: 'reset', withinBytes: 8000 } },
  { name: 'slow drip', fault: { kind: 'drip', bytesPerSecond: 4000 } },
];

/** Cuts in a row: each may hit another moment of a conversation. */
const CUTS = 5;

function networkFault({ between, of }: LinkKind, { name, fault }: Trouble): Fault {
  return {
    name: `${name} between ${between}`,
    family: 'network',
    async strike({ stage, random, pause }) {
      const links = of(stage);
      const link = links[integerBelow(random, links.length)];
      if (link === undefined) return;
      if (fault === 'cut') {
        for (let i = 0; i < CUTS; i += 1) {
          link.cut();
          await pause(integerBelow(random, 300));
        }
        return;
      }
      await link.fail(fault);
      await pause(500 + integerBelow(random, 3500));
      await link.mend();
    },
  };
}

export const NETWORK_FAULTS: readonly Fault[] = LINKS.flatMap((link) =>
  TROUBLES.map((trouble) => networkFault(link, trouble)),
);
