import {
  type Breaker,
  createBreaker,
  createBudget,
  createCourier,
  createCustomerioClient,
  startCircuitProbe,
} from '@cio-fleet/delivery';
import { createLaneFleet, DEFAULT_LANE_POLICY, type LaneFleet, type LanePolicy } from '@cio-fleet/lanes';
import type { Service } from '@cio-fleet/lifecycle';
import { createDeliveryTracer, type Logger } from '@cio-fleet/telemetry';
import type { Workspace } from '@cio-fleet/workspaces';
import type { Redis } from 'ioredis';
import { safeTimes, type WorkerConfig } from './config.ts';
import { createErrorLog } from './error-log.ts';
import { eventLoopLagMs } from './event-loop-lag.ts';
import type { OutcomeRecorder } from './outcomes/outcome-recorder.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** How long a half-open circuit waits for real traffic before it is probed, in ms. */
const PROBE_INTERVAL_MS = 500;

export interface WorkspaceWorkerOptions {
  readonly workspace: Workspace;
  readonly workerId: string;
  /** This worker's version. */
  readonly version: string;
  readonly config: WorkerConfig;
  readonly redis: Redis;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
  readonly outcomes: OutcomeRecorder;
  /** The port of the health endpoints. */
  readonly port: () => number;
  /** A consumer is stuck for good: end the process. */
  readonly onFatal: (error: Error) => void;
}

/** All that delivers one workspace in this process: its client, breaker, budget and share of the lanes. */
export interface WorkspaceWorker extends Service {
  readonly workspace: string;
  readonly breaker: Breaker;
  readonly fleet: LaneFleet;
}

export function createWorkspaceWorker(options: WorkspaceWorkerOptions): WorkspaceWorker {
  const { workspace, workerId, version, config, redis, metrics, outcomes } = options;
  const times = safeTimes(config);
  const logger = options.logger.child({ workspace: workspace.name });
  const errors = createErrorLog(logger);
  const startedAt = Date.now();
  let delivered = 0;
  let requests = 0;

  const breaker = createBreaker({
    failures: config.CIO_FLEET_BREAKER_FAILURES,
    resetMs: config.CIO_FLEET_BREAKER_RESET_MS,
    successes: config.CIO_FLEET_BREAKER_SUCCESSES,
  });
  metrics.watchCircuit(workspace.name, breaker);
  breaker.onChange((status) => logger.warn({ circuit: status }, `circuit is ${status.state}`));

  const client = createCustomerioClient({
    siteId: workspace.siteId,
    apiKey: workspace.apiKey,
    region: workspace.region,
    ...(workspace.trackUrl !== undefined && { trackUrl: workspace.trackUrl }),
    requestTimeoutMs: times.requestTimeoutMs,
  });
  const budget = createBudget({
    redis,
    workspace: workspace.name,
    requestsPerSecond: workspace.maxRequestsPerSecond,
  });
  const tracer = createDeliveryTracer({ workspace: workspace.name, workerId, version });
  const courier = createCourier({
    client,
    breaker,
    budget,
    traceRequest: tracer.request,
    onRequest(facts) {
      requests += 1;
      metrics.requested(workspace.name, facts);
      logger.debug({ request: facts }, 'request');
    },
  });

  const fleet = createLaneFleet({
    workspace: workspace.name,
    workerId,
    redis,
    courier,
    breaker,
    policy: lanePolicy(config),
    lockMs: config.CIO_FLEET_LOCK_MS,
    stalledCheckMs: config.CIO_FLEET_STALLED_CHECK_MS,
    stopDeadlineMs: config.CIO_FLEET_STOP_DEADLINE_MS,
    defaultLanes: workspace.lanes,
    describe: () => ({
      startedAt,
      version,
      pid: process.pid,
      host: config.CIO_FLEET_WORKER_NAME,
      port: options.port(),
      memoryBytes: process.memoryUsage.rss(),
      eventLoopLagMs: eventLoopLagMs(),
      delivered,
      requests,
      lastError: errors.last(),
    }),
    traceHead: tracer.head,
    onSettling: outcomes.settling,
    onAttemptFailed: outcomes.failed,
    onSettled(batch) {
      metrics.settled(batch);
      outcomes.settled(batch);
      for (const fate of batch.fates) if (fate.kind === 'delivered') delivered += 1;
    },
    onRedriven(name, operations) {
      metrics.redriven(name, operations.length);
      outcomes.redriven(operations);
      logger.info({ operations: operations.length }, 'redriven');
    },
    onError: errors.log,
    watchdog: { limitMs: times.watchdogMs, onFatal: options.onFatal },
  });

  let endProbe: (() => void) | undefined;

  return {
    name: fleet.name,
    workspace: workspace.name,
    breaker,
    fleet,
    async start() {
      endProbe = startCircuitProbe({
        breaker,
        probe: () => client.checkCredentials(),
        intervalMs: PROBE_INTERVAL_MS,
        onError: (error) => logger.error({ err: error }, 'probe failed'),
      });
      await fleet.start();
    },
    async stop() {
      await fleet.stop();
      endProbe?.();
      breaker.stop();
      await client.close();
    },
  };
}

function lanePolicy(config: WorkerConfig): LanePolicy {
  return {
    ...DEFAULT_LANE_POLICY,
    retries: config.CIO_FLEET_RETRIES,
    retryBaseMs: config.CIO_FLEET_RETRY_BASE_MS,
    fallbackBaseMs: config.CIO_FLEET_FALLBACK_BASE_MS,
    fallbackCapMs: config.CIO_FLEET_FALLBACK_CAP_MS,
    maxAgeMs: config.CIO_FLEET_FALLBACK_MAX_AGE_MS,
    laneMaxBytes: config.CIO_FLEET_LANE_MAX_BYTES,
    laneMaxAgeMs: config.CIO_FLEET_LANE_MAX_AGE_MS,
    // Where the breaker looks again soon, heads don't linger for longer than it is open.
    openLingerMs: Math.min(DEFAULT_LANE_POLICY.openLingerMs, config.CIO_FLEET_BREAKER_RESET_MS / 10),
  };
}
