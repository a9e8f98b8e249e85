import { type QueuedOperation, queueKeyPrefix, queuePrefix, readLaneJob } from '@cio-fleet/contracts';
import { Redis } from 'ioredis';

/** One job as it waits on a lane. */
export interface WaitingJob {
  readonly id: string;
  readonly name: string;
  readonly lane: number;
  readonly operations: readonly QueuedOperation[];
}

/** Reads what waits in the lanes of a workspace, each lane oldest first. */
export class QueueContents {
  readonly redis: Redis;
  readonly #workspace: string;

  constructor(redisUrl: string, workspace: string) {
    this.redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
    this.redis.on('error', () => undefined); // Tests kill this Redis on purpose.
    this.#workspace = workspace;
  }

  async jobs(): Promise<readonly WaitingJob[]> {
    const lanes = Number(await this.redis.get(`${queuePrefix(this.#workspace)}:lanes`));
    const jobs: WaitingJob[] = [];
    for (let lane = 0; lane < lanes; lane += 1) {
      const prefix = queueKeyPrefix(this.#workspace, `${this.#workspace}.lane.${lane}`);
      const ids = (await this.redis.lrange(`${prefix}wait`, 0, -1)).reverse();
      for (const id of ids) {
        const [name, data] = await this.redis.hmget(`${prefix}${id}`, 'name', 'data');
        const read = readLaneJob(JSON.parse(data ?? 'null'));
        if (read.kind !== 'ok') throw new Error(`job ${id} is ${read.kind}`);
        jobs.push({ id, name: name ?? '', lane, operations: read.operations });
      }
    }
    return jobs;
  }

  async operations(): Promise<readonly QueuedOperation[]> {
    return (await this.jobs()).flatMap(({ operations }) => operations);
  }

  ledger(): Promise<Record<string, string>> {
    return this.redis.hgetall(`${queuePrefix(this.#workspace)}:ledger`);
  }

  close(): void {
    this.redis.disconnect();
  }
}

/** The `n` of events named by `numbered`, per person, in the order of the lanes. */
export function numbersByPerson(operations: readonly QueuedOperation[]): ReadonlyMap<string, readonly number[]> {
  const numbers = new Map<string, number[]>();
  for (const { op } of operations) {
    const { identifiers, attributes } = op as unknown as { identifiers: { id: string }; attributes: { n: number } };
    const list = numbers.get(identifiers.id) ?? [];
    list.push(attributes.n);
    numbers.set(identifiers.id, list);
  }
  return numbers;
}

export function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number));
}
