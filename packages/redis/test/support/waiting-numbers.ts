import { laneQueueName, queueKeyPrefix, readLaneJob, workspaceKeys } from '@cio-fleet/contracts';
import type { Producer } from '@cio-fleet/producer';
import type { Redis } from 'ioredis';

const PERSONS = 5;

/** Calls for five persons, numbered from `from` to before `to`; gives the numbers that were answered `ok`. */
export async function callNumbered(producer: Producer, from: number, to: number): Promise<readonly number[]> {
  const calls: Promise<number | undefined>[] = [];
  for (let n = from; n < to; n += 1) {
    calls.push(producer.track(`p${n % PERSONS}`, 'Numbered', { n }).then(({ ok }) => (ok ? n : undefined)));
    if (n % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
  }
  return (await Promise.all(calls)).filter((n) => n !== undefined);
}

/** What `callNumbered` called and what waits in the lanes, by person, oldest first. */
export async function waitingNumbers(redis: Redis, workspace: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const numbers = new Map<string, number[]>();
  const lanes = Number(await redis.get(workspaceKeys(workspace).lanes));
  for (let lane = 0; lane < lanes; lane += 1) {
    const prefix = queueKeyPrefix(workspace, laneQueueName(workspace, lane));
    for (const id of (await redis.lrange(`${prefix}wait`, 0, -1)).reverse()) {
      const read = readLaneJob(JSON.parse((await redis.hget(`${prefix}${id}`, 'data')) ?? 'null'));
      if (read.kind !== 'ok') throw new Error(`expected job ${id} to be readable, it is ${read.kind}`);
      for (const { op } of read.operations) {
        const { identifiers, attributes } = op as unknown as { identifiers: { id: string }; attributes: { n: number } };
        numbers.set(identifiers.id, [...(numbers.get(identifiers.id) ?? []), attributes.n]);
      }
    }
  }
  return numbers;
}

/** What `waitingNumbers` gives when `oks` are there, each once, in order. */
export function expectedNumbers(oks: readonly number[]): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, number[]>();
  for (const n of oks) numbers.set(`p${n % PERSONS}`, [...(numbers.get(`p${n % PERSONS}`) ?? []), n]);
  return numbers;
}
