import { ledgerResidue } from '@cio-fleet/contracts';
import type { EnqueueResult } from '@cio-fleet/producer';
import type { FaultPlan } from '@cio-fleet/simulator';
import fc, { type AsyncCommand } from 'fast-check';
import { expect } from 'vitest';
import { REJECTED_NAME } from '../../rig/numbered-operation.ts';
import { type FleetModel, personOf, SLOTS } from './fleet-model.ts';
import { type RealFleet, settled } from './real-fleet.ts';

type Command = AsyncCommand<FleetModel, RealFleet>;

interface Step {
  readonly name: string;
  check?(model: Readonly<FleetModel>): boolean;
  run(model: FleetModel, real: RealFleet): Promise<void>;
}

function command({ name, check = () => true, run }: Step): Command {
  return { check, run, toString: () => name };
}

type Kind = 'track' | 'refusable' | 'identify';

/** One call, numbered and awaited; the model and the checker count it. */
async function call(
  model: FleetModel,
  real: RealFleet,
  slot: number,
  kind: Kind | 'suppress' | 'delete',
): Promise<void> {
  const { cio, checker } = real;
  const person = personOf(model, slot);
  const n = checker.next(person);
  if (kind === 'suppress' || kind === 'delete') checker.erasing(person, n);
  const calls: Readonly<Record<typeof kind, () => Promise<EnqueueResult>>> = {
    track: () => cio.track(person, 'Numbered', { n }),
    refusable: () => cio.track(person, REJECTED_NAME, { n }),
    identify: () => cio.identify(person, { [`n${n}`]: true }),
    suppress: () => cio.suppress(person),
    delete: () => cio.delete(person),
  };
  expect(await calls[kind]()).toMatchObject({ ok: true });
  checker.accepted(person, n);
  model.accepted += 1;
  if (kind === 'refusable') model.refusable += 1;
}

const accept = (slot: number, kinds: readonly Kind[]) =>
  command({
    name: `accept(${slot}, ${kinds.join('+')})`,
    async run(model, real) {
      await Promise.all(kinds.map((kind) => call(model, real, slot, kind)));
    },
  });

const erase = (slot: number, how: 'suppress' | 'delete') =>
  command({
    name: `${how}(${slot})`,
    async run(model, real) {
      await call(model, real, slot, how);
      model.lives[slot] = (model.lives[slot] ?? 0) + 1;
    },
  });

const WEATHERS: Readonly<Record<string, FaultPlan>> = {
  fine: {},
  down: { status: 503 },
  flapping: { status: 503, rate: 0.4, seed: 1 },
  losing: { dropAfterAccept: true, rate: 0.4, seed: 2 },
  throttling: { status: 429, rate: 0.5, seed: 3 },
};

const weather = (name: string) =>
  command({
    name: `weather(${name})`,
    async run(model, real) {
      model.isDown = name !== 'fine';
      real.weather.set(WEATHERS[name] ?? {});
    },
  });

const rejecting = (isRejecting: boolean) =>
  command({
    name: isRejecting ? 'refuse' : 'stop refusing',
    async run(model, real) {
      model.isRejecting = isRejecting;
      real.weather.rejecting(isRejecting);
    },
  });

const pause = (lane: number, isPaused: boolean) =>
  command({
    name: `${isPaused ? 'pause' : 'resume'}(${lane})`,
    async run(model, real) {
      if (isPaused) model.pausedLanes.add(lane);
      else model.pausedLanes.delete(lane);
      await real.setPaused(lane, isPaused);
    },
  });

const startWorker = command({
  name: 'start a worker',
  check: ({ workers }) => workers < 2,
  async run(model, real) {
    model.workers += 1;
    await real.startWorker();
  },
});

const stopWorker = command({
  name: 'stop a worker',
  check: ({ workers }) => workers > 0,
  async run(model, real) {
    model.workers -= 1;
    await real.stopWorker();
  },
});

const cut = command({
  name: 'cut connections',
  run: async (_model, real) => real.cutConnections(),
});

const hold = fc.constantFrom('Numbered', REJECTED_NAME).map((name) =>
  command({
    name: `hold(${name})`,
    async run(model, real) {
      model.isHeld = true;
      await real.setBrake('hold', name);
    },
  }),
);

const release = command({
  name: 'release',
  async run(model, real) {
    model.isHeld = false;
    await real.releaseBrakes();
  },
});

/** Drops what still waits of a name; what comes later goes on. */
const discard = command({
  name: 'discard',
  run: async (_model, real) => real.setBrake('discard', REJECTED_NAME),
});

const redrive = command({
  name: 'redrive',
  run: async (_model, real) => real.redrive(),
});

/** Once all is quiet, fleet and model must agree. */
export async function agree(model: FleetModel, real: RealFleet): Promise<void> {
  await settled(real);
  const ledger = await real.ledger();
  const { lost, ...verdict } = real.checker.verdict();
  expect(verdict).toMatchObject({ accepted: model.accepted, outOfOrder: 0, doubled: 0, undead: 0 });
  expect([ledger.accepted, ledgerResidue(ledger), await real.held()]).toEqual([model.accepted, 0, 0]);
  // What did not arrive is a dead letter, and only what can be refused is one.
  expect(ledger['dead-lettered']).toBeLessThanOrEqual(model.refusable);
  expect(lost).toBeLessThanOrEqual(ledger['dead-lettered'] + ledger.discarded);
}

const settle = command({
  name: 'settle',
  check: ({ workers, isDown, isHeld, pausedLanes }) => workers > 0 && !isDown && !isHeld && pausedLanes.size === 0,
  run: agree,
});

/** Everything mended: all that was accepted has arrived, or was erased or discarded. */
export async function conclude(model: FleetModel, real: RealFleet): Promise<void> {
  real.weather.clear();
  real.weather.rejecting(false);
  for (const lane of model.pausedLanes) await real.setPaused(lane, false);
  await real.releaseBrakes();
  if (real.workers() === 0) await real.startWorker();
  await agree(model, real);
  await real.redrive();
  await settled(real, 0);
  const { lost, outOfOrder, undead } = real.checker.verdict();
  expect([outOfOrder, undead]).toEqual([0, 0]);
  expect(lost).toBeLessThanOrEqual((await real.ledger()).discarded);
}

const slot = fc.nat({ max: SLOTS - 1 });
const lane = fc.nat({ max: 1 });
const kinds = fc.array(fc.constantFrom<Kind>('track', 'track', 'refusable', 'identify'), {
  minLength: 1,
  maxLength: 5,
});

/** What may be done to a fleet; the first few are as likely as they are often here. */
export const commandArbitraries: fc.Arbitrary<Command>[] = [
  fc.tuple(slot, kinds).map(([person, list]) => accept(person, list)),
  fc.tuple(slot, kinds).map(([person, list]) => accept(person, list)),
  fc.tuple(slot, kinds).map(([person, list]) => accept(person, list)),
  fc.constantFrom(...Object.keys(WEATHERS)).map(weather),
  fc.constantFrom('fine', 'down').map(weather),
  fc.boolean().map(rejecting),
  fc.tuple(slot, fc.constantFrom('suppress' as const, 'delete' as const)).map(([person, how]) => erase(person, how)),
  fc.tuple(lane, fc.boolean()).map(([index, isPaused]) => pause(index, isPaused)),
  fc.constantFrom(startWorker, stopWorker, cut),
  fc.constant(redrive),
  hold,
  fc.constantFrom(release, discard),
  fc.constant(settle),
];
