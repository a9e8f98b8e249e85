import { newUlid } from '@cio-fleet/contracts';
import { HEARTBEAT_TTL_MS } from '@cio-fleet/lanes';
import { createOpsServer, loadConfig, resolveRedisUrl, runApp, service } from '@cio-fleet/lifecycle';
import { createLogger, createRegistry } from '@cio-fleet/telemetry';
import { Redis } from 'ioredis';
import { workerSchema } from './config.ts';
import { customerioHealth } from './customerio-health.ts';
import { readWorkspaces } from './read-workspaces.ts';
import { VERSION } from './version.ts';
import { createWorkerMetrics } from './worker-metrics.ts';
import { createWorkspaceWorker } from './workspace-worker.ts';

const config = loadConfig({ schema: workerSchema, env: process.env });
const workspaces = readWorkspaces(process.env);
const redisUrl = resolveRedisUrl({ env: process.env });

const logger = createLogger({ name: 'worker', version: VERSION, level: config.LOG_LEVEL });
const registry = createRegistry({ app: 'worker', version: VERSION });
const metrics = createWorkerMetrics(registry);
const workerId = `${config.CIO_FLEET_WORKER_NAME}-${newUlid().slice(-8).toLowerCase()}`;

const redis = new Redis(redisUrl, {
  lazyConnect: true,
  // BullMQ's workers need it: a command waits for Redis to come back instead of failing the head.
  maxRetriesPerRequest: null,
  retryStrategy: (attempt) => Math.min(attempt * 50, 1000),
  connectionName: workerId,
});
redis.on('error', (err) => logger.warn({ err }, 'redis'));

const workers = workspaces.map((workspace) =>
  createWorkspaceWorker({ workspace, workerId, config, redis, logger, metrics, port: () => ops.port }),
);

const ops = createOpsServer({
  host: config.CIO_FLEET_HOST,
  port: config.WORKER_PORT,
  metrics: registry,
  checks: {
    redis: async () => ((await redis.ping()) === 'PONG' ? 'ok' : 'no answer'),
    consumers: () => (workers.every(({ fleet }) => fleet.isConsuming()) ? 'ok' : 'not consuming'),
    heartbeat: () =>
      workers.every(({ fleet }) => Date.now() - fleet.lastBeatAt() < HEARTBEAT_TTL_MS) ? 'ok' : 'no beat for a while',
  },
  routes: {
    '/health/customerio': customerioHealth(
      () => new Map(workers.map(({ workspace, breaker }) => [workspace, breaker.status])),
    ),
  },
});

// Stopped in reverse: first the lanes are handed back, then Redis is let go, last the health endpoints.
await runApp({
  services: [
    ops,
    service({
      name: 'redis',
      // Not awaited: a Redis that is away at boot is waited for by the first heartbeat.
      start: () => void redis.connect().catch((err) => logger.warn({ err }, 'redis')),
      stop: () => redis.disconnect(),
    }),
    ...workers,
  ],
  stopDeadlineMs: config.CIO_FLEET_STOP_DEADLINE_MS,
  logger,
  readyFacts: () => ({ port: ops.port, worker: workerId, workspaces: workspaces.map(({ name }) => name) }),
});
