import type { Brake, FinalState, QueuedOperation } from '@cio-fleet/contracts';
import type { HeadProgress } from '../../src/head-progress.ts';
import type { QueueAddress } from '../../src/queue-address.ts';

/** A lock with a number of its own: a Redis that comes back older can't revive one that has expired. */
interface ModelLock {
  readonly token: string;
  readonly number: number;
}

export interface ModelJob {
  readonly id: string;
  /** Parsed job data. */
  readonly data: unknown;
  readonly operations: readonly QueuedOperation[];
  readonly progress: HeadProgress;
  readonly isSettled: boolean;
  readonly stalledCounter: number;
  readonly attemptsMade: number;
  readonly nonce?: string;
  readonly lock?: ModelLock | undefined;
}

export interface ModelQueue {
  readonly address: QueueAddress;
  /** Next first. */
  wait: string[];
  active: string | undefined;
  failed: string[];
  /** Jobs are replaced, never changed: a copy of the map is a snapshot. */
  jobs: Map<string, ModelJob>;
}

/** All that Redis knows of the workspace, and would lose. */
export interface RedisState {
  readonly queues: Map<string, ModelQueue>;
  readonly held: Map<string, number>;
  /** Queue -> the consumer that began its last batch. */
  readonly consumers: Map<string, unknown>;
  /** `<side>:<lane key>` -> operations there. */
  readonly parked: Map<string, number>;
  /** Replaced, never changed. */
  shelf: { readonly turn: number; readonly sinceMs: number; readonly swept: string };
  /** Replaced, never changed. */
  brakes: readonly Brake[];
  brakesVersion: string;
  /** Replaced, never changed. */
  erasures: ReadonlyMap<string, string>;
  erasuresVersion: number;
  accepted: number;
  readonly ledger: Map<FinalState, number>;
  readonly deadLetterReasons: Map<string, number>;
  /** Operation and redrive count of everything that left lanes and fallback for good. */
  readonly settled: Set<string>;
}

/** Redis as BullMQ uses it: FIFO, one active job, a lock per start, stalled jobs and backoffs to the front. */
export class ModelRedis {
  state: RedisState;
  readonly #expired = new Set<number>();
  #locks = 0;

  constructor(addresses: readonly QueueAddress[]) {
    const queues = addresses.map((address): [string, ModelQueue] => [
      address.name,
      { address, wait: [], active: undefined, failed: [], jobs: new Map() },
    ]);
    this.state = {
      queues: new Map(queues),
      held: new Map(),
      consumers: new Map(),
      parked: new Map(),
      shelf: { turn: 0, sinceMs: 0, swept: '0' },
      brakes: [],
      brakesVersion: '0',
      erasures: new Map(),
      erasuresVersion: 0,
      accepted: 0,
      ledger: new Map(),
      deadLetterReasons: new Map(),
      settled: new Set(),
    };
  }

  snapshot(): RedisState {
    const { state } = this;
    const copies = [...state.queues].map(([name, queue]): [string, ModelQueue] => [
      name,
      { ...queue, wait: [...queue.wait], failed: [...queue.failed], jobs: new Map(queue.jobs) },
    ]);
    return {
      ...state,
      queues: new Map(copies),
      held: new Map(state.held),
      consumers: new Map(state.consumers),
      parked: new Map(state.parked),
      ledger: new Map(state.ledger),
      deadLetterReasons: new Map(state.deadLetterReasons),
      settled: new Set(state.settled),
    };
  }

  queue(name: string): ModelQueue {
    const queue = this.state.queues.get(name);
    if (queue === undefined) throw new Error(`The model has no queue ${name}.`);
    return queue;
  }

  /** The job, if `token` holds its lock. */
  locked(queueName: string, id: string, token: string): ModelJob | undefined {
    const job = this.queue(queueName).jobs.get(id);
    return job?.lock?.token === token && !this.#expired.has(job.lock.number) ? job : undefined;
  }

  update(queueName: string, id: string, change: Partial<ModelJob>): void {
    const { jobs } = this.queue(queueName);
    const job = jobs.get(id);
    if (job !== undefined) jobs.set(id, { ...job, ...change });
  }

  /** BullMQ's addStandardJob: a job whose id is there already is not added. */
  add(queueName: string, job: Pick<ModelJob, 'id' | 'data' | 'operations'>): boolean {
    const queue = this.queue(queueName);
    if (queue.jobs.has(job.id)) return false;
    const fresh = { attempts: 0, throttles: 0, setups: 0 };
    queue.jobs.set(job.id, { ...job, progress: fresh, isSettled: false, stalledCounter: 0, attemptsMade: 0 });
    queue.wait.push(job.id);
    return true;
  }

  /** moveToActive, under a global concurrency of 1. */
  take(queueName: string, token: string): ModelJob | undefined {
    const queue = this.queue(queueName);
    const id = queue.active === undefined ? queue.wait.shift() : undefined;
    if (id === undefined) return undefined;
    queue.active = id;
    this.#locks += 1;
    this.update(queueName, id, { lock: { token, number: this.#locks } });
    return queue.jobs.get(id);
  }

  /** moveToFinished, completed. */
  complete(queueName: string, id: string, token: string): void {
    if (this.locked(queueName, id, token) === undefined) return;
    this.#leaveActive(queueName);
    this.queue(queueName).jobs.delete(id);
  }

  /** moveToFinished, failed for good. */
  fail(queueName: string, id: string, token: string): void {
    const job = this.locked(queueName, id, token);
    if (job === undefined) return;
    this.#leaveActive(queueName);
    this.queue(queueName).failed.push(id);
    this.update(queueName, id, { lock: undefined, attemptsMade: job.attemptsMade + 1 });
  }

  /** moveJobFromActiveToWait, what RateLimitError does: to the front. */
  giveBack(queueName: string, id: string, token: string): void {
    if (this.locked(queueName, id, token) === undefined) return;
    this.#leaveActive(queueName);
    this.queue(queueName).wait.unshift(id);
    this.update(queueName, id, { lock: undefined });
  }

  /** reprocessJob, Bull Board's Retry: attemptsMade stays. */
  retryFailed(queueName: string): void {
    const queue = this.queue(queueName);
    queue.wait.push(...queue.failed);
    queue.failed = [];
  }

  /** The lock of the active job runs out. Answers whose it was. */
  expire(queueName: string): string | undefined {
    const { active, jobs } = this.queue(queueName);
    const lock = active === undefined ? undefined : jobs.get(active)?.lock;
    if (lock === undefined || this.#expired.has(lock.number)) return undefined;
    this.#expired.add(lock.number);
    return lock.token;
  }

  /** Locks that nobody renews run out; moveStalledJobsToWait puts back what had lost its lock by the last look. */
  upkeep(tokensInUse: ReadonlySet<string>): void {
    for (const [name, queue] of this.state.queues) {
      const job = queue.active === undefined ? undefined : queue.jobs.get(queue.active);
      if (job === undefined) continue;
      const { lock, id } = job;
      if (lock === undefined || this.#expired.has(lock.number)) {
        this.#leaveActive(name);
        queue.wait.unshift(id);
        this.update(name, id, { lock: undefined, stalledCounter: job.stalledCounter + 1 });
      } else if (!tokensInUse.has(lock.token)) {
        this.#expired.add(lock.number);
      }
    }
  }

  #leaveActive(queueName: string): void {
    this.queue(queueName).active = undefined;
  }
}
