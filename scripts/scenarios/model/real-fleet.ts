import { type Ledger, laneQueueName, queueKeyPrefix, readLedger, workspaceKeys } from '@cio-fleet/contracts';
import { createBreaker, createBudget, createCourier, createCustomerioClient } from '@cio-fleet/delivery';
import {
  createLaneFleet,
  DEFAULT_LANE_POLICY,
  type LaneFleet,
  redriveDeadLetters,
  releaseBrakes,
  setBrake,
} from '@cio-fleet/lanes';
import { createProducer, type Producer } from '@cio-fleet/producer';
import { createSimulator } from '@cio-fleet/simulator';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { createWeather, type Weather } from '../../chaos/weather.ts';
import { type ArrivalChecker, createArrivalChecker } from '../../rig/arrival-checker.ts';

const LANES = 2;

/** Short times: a run of the model is a second or two. */
const POLICY = {
  ...DEFAULT_LANE_POLICY,
  ...{ retryBaseMs: 10, fallbackBaseMs: 20, fallbackCapMs: 60, setupBaseMs: 10, setupCapMs: 40, openLingerMs: 20 },
};

interface RunningWorker {
  readonly redis: Redis;
  stop(): Promise<void>;
}

/** The real thing that the model is held against: a workspace of its own on a real Redis, lane fleets and the simulator. */
export interface RealFleet {
  readonly checker: ArrivalChecker;
  readonly cio: Producer;
  readonly weather: Weather;
  workers(): number;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  /** Cuts every worker's connection to Redis; they connect again. */
  cutConnections(): void;
  setPaused(lane: number, isPaused: boolean): Promise<void>;
  redrive(): Promise<void>;
  /** Holds or discards events of a name. */
  setBrake(kind: 'hold' | 'discard', name: string): Promise<void>;
  releaseBrakes(): Promise<void>;
  ledger(): Promise<Ledger>;
  held(): Promise<number>;
  close(): Promise<void>;
}

export async function startRealFleet(redisUrl: string): Promise<RealFleet> {
  const workspace = uniqueWorkspace('model');
  const keys = workspaceKeys(workspace);
  const simulator = createSimulator({ maxArrivals: 0 });
  const { url } = await simulator.start();
  const checker = createArrivalChecker();
  simulator.onOperation((arrival) => checker.arrived(arrival));
  const client = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const cio = createProducer({ redisUrl, workspace, lanes: LANES, enqueueTimeoutMs: 5000 });
  const running: RunningWorker[] = [];
  const brakes: string[] = [];
  let workerCount = 0;

  const ledger = async () => readLedger(await client.hgetall(keys.ledger), await client.hgetall(keys.waiting));
  return {
    checker,
    cio,
    weather: createWeather(simulator),
    workers: () => running.length,
    async startWorker() {
      workerCount += 1;
      running.push(await startLaneFleet({ redisUrl, workspace, url, id: `worker-${workerCount}` }));
    },
    async stopWorker() {
      await running.shift()?.stop();
    },
    cutConnections() {
      for (const { redis } of running) redis.disconnect(true);
    },
    async setPaused(lane, isPaused) {
      const meta = `${queueKeyPrefix(workspace, laneQueueName(workspace, lane % LANES))}meta`;
      if (isPaused) await client.hset(meta, 'paused', 1);
      else await client.hdel(meta, 'paused');
    },
    async redrive() {
      await redriveDeadLetters({ redis: client, workspace, ratePerSecond: 10_000 });
    },
    async setBrake(kind, name) {
      const { id } = await setBrake(client, workspace, { kind, filter: { name }, by: 'model' });
      brakes.push(id);
    },
    async releaseBrakes() {
      await releaseBrakes(client, workspace, brakes.splice(0));
    },
    ledger,
    held: () => client.hlen(keys.held),
    async close() {
      await cio.close({ timeoutMs: 1000 });
      await Promise.all(running.map((worker) => worker.stop()));
      await simulator.stop();
      client.disconnect();
    },
  };
}

/** Waits until nothing waits, and until no more than so many are dead letters. */
export async function settled(fleet: RealFleet, mostDeadLetters = Number.POSITIVE_INFINITY): Promise<void> {
  await waitFor(
    async () => {
      const ledger = await fleet.ledger();
      return ledger.waiting === 0 && ledger['dead-lettered'] <= mostDeadLetters;
    },
    { timeoutMs: 15_000, description: `waiting = 0 and dead letters <= ${mostDeadLetters}` },
  );
}

interface LaneFleetSetup {
  readonly redisUrl: string;
  readonly workspace: string;
  readonly url: string;
  readonly id: string;
}

async function startLaneFleet({ redisUrl, workspace, url, id }: LaneFleetSetup): Promise<RunningWorker> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: () => 10 });
  redis.on('error', () => undefined); // Its connection is cut on purpose.
  const breaker = createBreaker({ failures: 3, resetMs: 150, successes: 1 });
  const client = createCustomerioClient({
    ...{ siteId: 'demo-site', apiKey: 'demo-key', region: 'us', trackUrl: url, requestTimeoutMs: 400 },
  });
  const budget = createBudget({ redis, workspace, requestsPerSecond: 2000 });
  const fleet: LaneFleet = createLaneFleet({
    ...{ workspace, workerId: id, redis, breaker, policy: POLICY, defaultLanes: LANES },
    ...{ lockMs: 1500, stalledCheckMs: 300, stopDeadlineMs: 5000 },
    courier: createCourier({ client, breaker, budget }),
    describe: () => ({
      ...{ startedAt: Date.now(), version: 'model', pid: process.pid, host: 'model', port: 0, memoryBytes: 0 },
      ...{ eventLoopLagMs: 0, delivered: 0, requests: 0, lastError: null },
    }),
    onSettled: () => undefined,
    onRedriven: () => undefined,
    onError: () => undefined,
  });
  await fleet.start();
  return {
    redis,
    async stop() {
      await fleet.stop();
      breaker.stop();
      await client.close();
      redis.disconnect();
    },
  };
}
