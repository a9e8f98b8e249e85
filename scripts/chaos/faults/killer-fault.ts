import { KILLER_NAME } from '../../rig/numbered-operation.ts';
import { failedHeads } from '../recovery.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './fault.ts';

let killers = 0;

/** Kills whoever delivers an operation of the killer's name, before the answer reaches it; ends when it is called. */
function armKiller(stage: Stage): () => void {
  return stage.rig.simulator.onOperation(({ operation, siteId }) => {
    if (operation.name !== KILLER_NAME) return;
    const slot = stage.workers.find((worker) => worker.siteId === siteId);
    slot?.kill();
    void slot?.start();
  });
}

/** Whether it became a dead letter, or BullMQ gave up on its head, which must never be. */
async function isOver(stage: Stage): Promise<boolean> {
  const reasons = await stage.rig.client.hgetall('{cio:default}:dead-letter-reasons');
  return 'KILLS_WORKER' in reasons || (await failedHeads(stage)) > 0;
}

/**
 * A poison operation: each worker that delivers it dies, until it is found and becomes a dead letter, or `mostMs` are over.
 *
 * @param seconds - how long it takes on a machine with nothing else to do
 */
export function killerFault(mostMs: number, seconds: number = mostMs / 1000): Fault {
  return {
    name: 'an operation kills each worker that delivers it',
    family: 'worker',
    seconds,
    async strike({ stage, pause }) {
      const { rig } = stage;
      const disarm = armKiller(stage);
      const cio = rig.createProducer();
      killers += 1;
      const person = `killer-${killers}`;
      const n = rig.checker.next(person);
      rig.checker.late(person, n);
      if ((await cio.track(person, KILLER_NAME, { n })).ok) rig.checker.accepted(person, n);
      const endsAt = performance.now() + mostMs;
      while (performance.now() < endsAt && !(await isOver(stage))) await pause(250);
      disarm();
      await cio.close({ timeoutMs: 10_000 });
    },
  };
}
