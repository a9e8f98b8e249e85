import { deadLetterQueueName, fallbackQueueName, laneQueueName } from '@cio-fleet/contracts';
import { integerBelow } from '../../rig/seeded-random.ts';
import { MOST_LANES } from '../recovery.ts';
import type { Fault, Scene } from './fault.ts';

/** The least number of lanes that there may be in a run. */
const FEWEST_LANES = 4;

function anyQueue(random: () => number): string {
  const index = integerBelow(random, FEWEST_LANES + 1);
  return index === FEWEST_LANES ? fallbackQueueName('default') : laneQueueName('default', index);
}

async function press(
  scene: Scene,
  method: 'PUT' | 'PATCH' | 'POST',
  path: string,
  expected: readonly number[],
): Promise<void> {
  const status = await scene.stage.operator?.press(method, path);
  if (status !== undefined && !expected.includes(status)) {
    scene.complain(`expected ${expected.join(' or ')} from ${method} ${path}, got ${status}`);
  }
}

/** A button may fail because Redis is broken at the moment; it must be pressed until it works, lest a lane stay paused. */
async function pressUntilDone(scene: Scene, path: string): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    if ((await scene.stage.operator?.press('PUT', path)) === 200) return;
    await scene.pause(250);
  }
  scene.complain(`expected PUT ${path} to work within 15 s, it did not`);
}

/** Each would lose or reorder operations, or break the ledger. */
const FORBIDDEN: readonly (readonly ['PUT' | 'PATCH' | 'POST', string])[] = [
  ['PUT', 'obliterate'],
  ['PUT', 'empty'],
  ['PUT', 'concurrency'],
  ['PUT', 'rate-limit'],
  ['POST', 'add'],
  ['PUT', 'promote'],
  ['PUT', 'clean/completed'],
  ['PUT', 'clean/wait'],
  ['PUT', 'retry/completed'],
];

const FORBIDDEN_ON_A_JOB: readonly (readonly ['PUT' | 'PATCH', string])[] = [
  ['PUT', 'retry'],
  ['PUT', 'clean'],
  ['PUT', 'promote'],
  ['PATCH', 'update-data'],
  ['PATCH', 'delay'],
  ['PATCH', 'priority'],
];

const isPossible: Fault['isPossible'] = ({ operator }) => operator !== undefined;

export const OPERATOR_FAULTS: readonly Fault[] = [
  {
    name: 'an operator pauses a queue, and resumes it',
    family: 'operator',
    isPossible,
    async strike(scene) {
      const queue = anyQueue(scene.random);
      await scene.stage.operator?.press('PUT', `/${queue}/pause`);
      await scene.pause(500 + integerBelow(scene.random, 2500));
      await pressUntilDone(scene, `/${queue}/resume`);
    },
  },
  {
    name: 'an operator pauses everything, and resumes it',
    family: 'operator',
    isPossible,
    async strike(scene) {
      await scene.stage.operator?.press('PUT', '/pause');
      await scene.pause(500 + integerBelow(scene.random, 2500));
      await pressUntilDone(scene, '/resume');
    },
  },
  {
    name: 'an operator releases rate limits',
    family: 'operator',
    isPossible,
    async strike(scene) {
      for (let i = 0; i < 5; i += 1) {
        await scene.stage.operator?.press('PUT', `/${anyQueue(scene.random)}/rate-limit/release`);
        await scene.pause(integerBelow(scene.random, 400));
      }
    },
  },
  {
    name: 'an operator presses every forbidden button',
    family: 'operator',
    isPossible,
    async strike(scene) {
      const { random, stage } = scene;
      const queue = anyQueue(random);
      // The dashboard asks Redis first; with Redis away it may fail, but never obey.
      const refused = [403, 404, 500, 503];
      for (const [method, button] of FORBIDDEN) await press(scene, method, `/${queue}/${button}`, refused);
      const waiting = await stage.rig.client.lrange(`{cio:default}:${queue}:wait`, -2, -1);
      for (const id of waiting) {
        for (const [method, button] of FORBIDDEN_ON_A_JOB)
          await press(scene, method, `/${queue}/${id}/${button}`, refused);
      }
    },
  },
  {
    name: 'an operator presses Retry all on dead letters',
    family: 'operator',
    isPossible,
    async strike({ stage, pause }) {
      const { weather, operator } = stage;
      weather.rejecting(true);
      await pause(1000);
      weather.rejecting(false);
      await stage.deadLetters.look();
      await operator?.press('PUT', `/${deadLetterQueueName('default')}/retry/failed`);
      await pause(1500);
    },
  },
  {
    name: 'an operator redrives while Customer.io still refuses',
    family: 'operator',
    isPossible,
    async strike({ stage, pause }) {
      stage.weather.rejecting(true);
      await pause(1000);
      await stage.deadLetters.look();
      await stage.operator?.fleet('redrive', '--yes', '--rate', '500');
      await pause(500);
      stage.weather.rejecting(false);
    },
  },
  {
    name: 'an operator changes the rate, and changes it back',
    family: 'operator',
    isPossible,
    async strike({ stage, random, pause }) {
      await stage.operator?.fleet('rate', String(20 + integerBelow(random, 40)));
      await pause(2000);
      for (let attempt = 0; attempt < 10; attempt += 1) {
        if ((await stage.operator?.fleet('rate', 'default'))?.code === 0) return;
      }
    },
  },
  {
    name: 'an operator changes the number of lanes',
    family: 'operator',
    seconds: 8,
    isPossible,
    async strike({ stage, random }) {
      // Whether the lanes get empty in time depends on what else is broken: then it stays as it is.
      const lanes = FEWEST_LANES + integerBelow(random, MOST_LANES - FEWEST_LANES + 1);
      await stage.operator?.fleet('lanes', '--set', String(lanes), '--timeout', '5');
    },
  },
  {
    name: 'an operator forces the breaker open, and frees it',
    family: 'operator',
    isPossible,
    async strike({ stage, random, pause, complain }) {
      await stage.operator?.fleet('breaker', 'open');
      await pause(1000 + integerBelow(random, 2500));
      for (let attempt = 0; attempt < 20; attempt += 1) {
        if ((await stage.operator?.fleet('breaker', 'auto'))?.code === 0) return;
        await pause(500);
      }
      complain('expected fleet breaker auto to work within 20 tries, it did not');
    },
  },
];
