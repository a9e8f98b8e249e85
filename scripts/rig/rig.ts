import { fileURLToPath } from 'node:url';
import { type Ledger, workspaceKeys } from '@cio-fleet/contracts';
import { createProducer, type Producer, type ProducerOptions } from '@cio-fleet/producer';
import { createSimulator, type Simulator, type SimulatorOptions } from '@cio-fleet/simulator';
import {
  type EmbeddedRedis,
  type FleetProcess,
  type RedisOptions,
  runFleetProcess,
  startRedis,
} from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { type ArrivalChecker, createArrivalChecker } from './arrival-checker.ts';
import { ledgerIn } from './ledger-in.ts';

const WORKER_ENTRY = fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url));

/** Shorter than in production, so that a drill of minutes takes seconds. */
export const DRILL_TIMES = {
  CIO_FLEET_BREAKER_RESET_MS: '1000',
  CIO_FLEET_RETRY_BASE_MS: '50',
  CIO_FLEET_FALLBACK_BASE_MS: '500',
  CIO_FLEET_FALLBACK_CAP_MS: '2000',
  CIO_FLEET_REQUEST_TIMEOUT_MS: '1000',
  CIO_FLEET_LOCK_MS: '3000',
  CIO_FLEET_STALLED_CHECK_MS: '1000',
  CIO_FLEET_STOP_DEADLINE_MS: '10000',
} as const;

export interface RigOptions {
  readonly simulator?: SimulatorOptions;
  readonly redis?: RedisOptions;
  /** Environment of every worker, beside the drill's times. */
  readonly env?: Readonly<Record<string, string>>;
  /** `main.ts` of the worker. @defaultValue this repository's */
  readonly workerEntry?: string;
}

/** A whole fleet for a drill: Redis, the simulator in this process, and workers as processes of their own. */
export interface Rig {
  readonly redis: EmbeddedRedis;
  readonly client: Redis;
  readonly simulator: Simulator;
  readonly checker: ArrivalChecker;
  /** @param entry - `main.ts` of another version of the worker */
  startWorker(env?: Readonly<Record<string, string>>, entry?: string): Promise<FleetProcess>;
  createProducer(options?: Partial<ProducerOptions>): Producer;
  ledger(): Promise<Ledger>;
  held(): Promise<number>;
  stop(): Promise<void>;
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const redis = await startRedis(options.redis);
  const simulator = createSimulator({ maxArrivals: 0, ...options.simulator });
  const { url } = await simulator.start();
  const checker = createArrivalChecker();
  simulator.onOperation((arrival) => checker.arrived(arrival));
  const client = new Redis(redis.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on('error', () => undefined); // A drill may kill Redis; commands wait for it.
  const workers = new Set<FleetProcess>();
  const producers = new Set<Producer>();
  const keys = workspaceKeys('default');

  return {
    redis,
    client,
    simulator,
    checker,
    async startWorker(env = {}, entry = options.workerEntry ?? WORKER_ENTRY) {
      const worker = await runFleetProcess({
        entry,
        env: {
          ...DRILL_TIMES,
          REDIS_URL: redis.url,
          CUSTOMERIO_SITE_ID: 'demo-site',
          CUSTOMERIO_TRACK_API_KEY: 'demo-key',
          CUSTOMERIO_TRACK_URL: url,
          CUSTOMERIO_MAX_REQUESTS_PER_SECOND: '2000',
          WORKER_PORT: '0',
          ...options.env,
          ...env,
        },
      });
      workers.add(worker);
      void worker.stopped.then(() => workers.delete(worker));
      return worker;
    },
    createProducer(producerOptions = {}) {
      const producer = createProducer({ redisUrl: redis.url, enqueueTimeoutMs: 10_000, ...producerOptions });
      producers.add(producer);
      return producer;
    },
    ledger: () => ledgerIn(client),
    held: () => client.hlen(keys.held),
    async stop() {
      await Promise.all([...producers].map((producer) => producer.close({ timeoutMs: 1000 })));
      await Promise.all([...workers].map((worker) => worker.stop()));
      await simulator.stop();
      client.disconnect();
      await redis.stop();
    },
  };
}
