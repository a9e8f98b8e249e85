import { laneKeyOf, laneOf, workspaceKeys } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { createProducer, type Producer } from '../src/index.ts';
import { isRising, numbersByPerson, QueueContents } from './queue-contents.ts';

const redisUrl = inject('redisUrl');
let workspace: string;
let contents: QueueContents;
let producer: Producer;

beforeEach(() => {
  workspace = uniqueWorkspace('lanes');
  contents = new QueueContents(redisUrl, workspace);
});

afterEach(async () => {
  await producer.close();
  contents.close();
});

async function expectLanes(lanes: number): Promise<void> {
  const jobs = await contents.jobs();
  for (const { lane, operations } of jobs) {
    for (const { op } of operations) expect(lane).toBe(laneOf(laneKeyOf(op), lanes));
  }
}

const setLanes = (lanes: number) => contents.redis.set(workspaceKeys(workspace).lanes, String(lanes));
const trackMany = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => producer.track(`p${n % 31}`, 'e', { n })));

it('fixes the number of lanes of a workspace that has none', async () => {
  producer = createProducer({ redisUrl, workspace, lanes: 3 });
  await trackMany(100);
  expect(await contents.redis.get(workspaceKeys(workspace).lanes)).toBe('3');
  await expectLanes(3);
});

it('adopts the number of lanes that the workspace has', async () => {
  await setLanes(5);
  producer = createProducer({ redisUrl, workspace, lanes: 8 });
  await trackMany(200);
  await expectLanes(5);
  expect(await contents.operations()).toHaveLength(200);
});

it.each([
  [8, 3],
  [3, 16],
])(
  'hashes what is buffered anew when %i lanes turn out to be %i, keeping the order per person',
  async (before, after) => {
    producer = createProducer({ redisUrl, workspace, lanes: before });
    await producer.track('first', 'e', { n: -1 });
    // Fixed for ever in truth; changed here to stand for a producer that lost a race at its start.
    await setLanes(after);
    const calls: Promise<unknown>[] = [];
    for (let round = 0; round < 10; round += 1) {
      for (let n = 0; n < 200; n += 1) calls.push(producer.track(`p${n % 31}`, 'e', { n: round * 200 + n }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(calls);
    const jobs = (await contents.jobs()).filter(({ operations }) => operations[0]?.op.type === 'person');
    const numbers = numbersByPerson(jobs.flatMap(({ operations }) => operations));
    numbers.forEach((list, person) => {
      if (person !== 'first') expect(isRising(list)).toBe(true);
    });
    expect([...numbers].filter(([person]) => person !== 'first').flatMap(([, list]) => list)).toHaveLength(2_000);
    for (const { lane, operations } of jobs) {
      for (const { op } of operations) {
        if (laneKeyOf(op) !== 'id:first') expect(lane).toBe(laneOf(laneKeyOf(op), after));
      }
    }
  },
);
