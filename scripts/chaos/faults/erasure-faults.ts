import { liveAndBeErased } from '../../rig/numbered-load.ts';
import { KILLER_NAME, REJECTED_NAME } from '../../rig/numbered-operation.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './fault.ts';

let throwAways = 0;
function nextPerson(kind: string): string {
  throwAways += 1;
  return `${kind}-${throwAways}`;
}

/** Persons of one strike. */
const PERSONS = 20;

/** How long the killer may go on killing, in ms: about six deaths, each noticed after lock and stalled check. */
const KILLING_MS = 45_000;

/** Kills whoever delivers an operation of the killer's name, before the answer reaches it; ends when it is called. */
function armKiller(stage: Stage): () => void {
  return stage.rig.simulator.onOperation(({ operation, siteId }) => {
    if (operation.name !== KILLER_NAME) return;
    const slot = stage.workers.find((worker) => worker.siteId === siteId);
    slot?.kill();
    void slot?.start();
  });
}

async function isBuried(stage: Stage): Promise<boolean> {
  const reasons = await stage.rig.client.hgetall('{cio:default}:dead-letter-reasons');
  return Object.keys(reasons).some((code) => code !== 'REJECTED');
}

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
      await stage.expectRedrive();
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
  {
    name: 'an operation kills each worker that delivers it',
    family: 'worker',
    seconds: KILLING_MS / 1000,
    async strike({ stage, pause }) {
      const { rig } = stage;
      const disarm = armKiller(stage);
      const cio = rig.createProducer();
      const person = nextPerson('killer');
      const n = rig.checker.next(person);
      rig.checker.late(person, n);
      if ((await cio.track(person, KILLER_NAME, { n })).ok) rig.checker.accepted(person, n);
      const endsAt = performance.now() + KILLING_MS;
      while (performance.now() < endsAt && !(await isBuried(stage))) await pause(250);
      disarm();
      await cio.close({ timeoutMs: 10_000 });
    },
  },
];
