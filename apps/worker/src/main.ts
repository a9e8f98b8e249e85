import { newUlid } from '@cio-fleet/contracts';
import { HEARTBEAT_TTL_MS } from '@cio-fleet/lanes';
import { appVersion, createOpsServer, runApp, stoppedTogether } from '@cio-fleet/lifecycle';
import { createRedis, createRedisGate } from '@cio-fleet/redis';
import { createLogger, createRegistry } from '@cio-fleet/telemetry';
import { safeTimes } from './config.ts';
import { customerioHealth } from './customerio-health.ts';
import { createJournalMetrics } from './outcomes/journal-metrics.ts';
import { createJournalRole } from './outcomes/journal-role.ts';
import { createOutcomeRecorder } from './outcomes/outcome-recorder.ts';
import { readWorkerSettings } from './read-config.ts';
import { createWorkerMetrics } from './worker-metrics.ts';
import { createWorkspaceWorker } from './workspace-worker.ts';

const read = readWorkerSettings(process.env);
if (!read.ok) {
  for (const problem of read.problems) process.stderr.write(`${problem}\n`);
  process.exit(2);
}
const { config, workspaces, journal, roles } = read.settings;
const version = appVersion({
  manifest: new URL('../package.json', import.meta.url),
  given: config.CIO_FLEET_VERSION,
});

const logger = createLogger({ name: 'worker', version, level: config.LOG_LEVEL });
for (const change of safeTimes(config).changes) logger.warn({ code: 'CONFIG_ADJUSTED' }, change);
const registry = createRegistry({ app: 'worker', version });
const metrics = createWorkerMetrics(registry);
const names = workspaces.map(({ name }) => name);
const journalMetrics = createJournalMetrics(registry, journal.place === undefined ? [] : names);
const workerId = `${config.CIO_FLEET_WORKER_NAME}-${newUlid().slice(-8).toLowerCase()}`;

const redis = createRedis({ settings: read.settings.redis, purpose: 'worker', connectionName: workerId });
redis.on('error', (err) => logger.warn({ err }, 'redis'));

const gate = createRedisGate({ redis, environment: config.CIO_FLEET_ENV, logger });

/** Ends the app as an error that nobody caught does: it stops what runs, then exits non-zero. */
const onFatal = (error: Error) =>
  queueMicrotask(() => {
    throw error;
  });

/** Of the last rows for the journal, and of the packs that are being written. Handing the lanes back may take 80 % of the deadline. */
const stopTimeoutMs = Math.min(2_000, config.CIO_FLEET_STOP_DEADLINE_MS * 0.08);

const deliveries = (roles.has('deliver') ? workspaces : []).map((workspace) => {
  const outcomes = createOutcomeRecorder({
    redis,
    workspace: workspace.name,
    workerId,
    journal,
    isLive: config.CIO_FLEET_LIVE_OUTCOMES === 'on',
    stopTimeoutMs,
    logger,
    onDropped: (dropped) => journalMetrics.dropped(workspace.name, dropped),
  });
  const worker = createWorkspaceWorker({
    workspace,
    workerId,
    version,
    config,
    redis,
    logger,
    metrics,
    outcomes,
    port: () => ops.port,
    onFatal,
  });
  return { outcomes, worker };
});
const workers = deliveries.map(({ worker }) => worker);

const writing = createJournalRole({
  redis,
  workspaces: roles.has('journal') ? names : [],
  journal,
  isDelivering: roles.has('deliver'),
  lockMs: config.CIO_FLEET_LOCK_MS,
  stalledCheckMs: config.CIO_FLEET_STALLED_CHECK_MS,
  stopTimeoutMs,
  logger,
});
journalMetrics.watch(writing.writers, writing.archiver);

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
  // A process that only writes the journal knows nothing of Customer.io.
  routes: roles.has('deliver')
    ? {
        '/health/customerio': customerioHealth(
          () => new Map(workers.map(({ workspace, breaker }) => [workspace, breaker.status])),
        ),
      }
    : {},
});

// Stopped in reverse: first the lanes are handed back, then the last rows go to the journal, then Redis is let go, last the health endpoints.
await runApp({
  services: [
    ops,
    gate,
    ...writing.services,
    stoppedTogether(
      'outcomes',
      deliveries.map(({ outcomes }) => outcomes),
    ),
    stoppedTogether('lanes', workers),
  ],
  stopDeadlineMs: config.CIO_FLEET_STOP_DEADLINE_MS,
  logger,
  exit: (code) => process.exit(gate.refusal() === undefined ? code : 2),
  readyFacts: () => ({ port: ops.port, worker: workerId, workspaces: names }),
});
