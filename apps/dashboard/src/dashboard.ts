import { fileURLToPath } from 'node:url';
import {
  deadLetterQueueName,
  journalQueueName,
  queueKeyPrefix,
  webhookForwardQueueName,
  webhooksQueueName,
} from '@cio-fleet/contracts';
import { createHttpService, type HttpService, type Service, service } from '@cio-fleet/lifecycle';
import { createRedis, createRedisGate } from '@cio-fleet/redis';
import { createRegistry, type Logger } from '@cio-fleet/telemetry';
import express, { type Application, type ErrorRequestHandler, type Response } from 'express';
import type { Redis } from 'ioredis';
import { createGuard, identityOf } from './access/guard.ts';
import { responseHeaders } from './access/response-headers.ts';
import { createAuditLog } from './audit/audit-log.ts';
import { createAuditRoute } from './audit/audit-route.ts';
import { createBoard } from './board/bull-board.ts';
import { boardQueuesOf } from './board/queue-kind.ts';
import { createRetryAllRoute, RETRY_ALL_ROUTE } from './board/retry-all-route.ts';
import { createReleaseChange } from './brakes/release-change.ts';
import type { DashboardConfig } from './config.ts';
import { createErrorChange, createErrorsRoute } from './errors/errors-route.ts';
import { createFleetMonitor, type FleetView } from './fleet/fleet-monitor.ts';
import { createRedrives } from './fleet/redrives.ts';
import { createRestingDeadLetters } from './fleet/resting-dead-letters.ts';
import { createFleetMetrics } from './fleet-metrics.ts';
import { createJournals } from './journal/journals.ts';
import { createLiveRoute, createLiveStream } from './live/live-routes.ts';
import { createOutcomeTail } from './live/outcome-tail.ts';
import { createNotesRoute } from './notes/notes-route.ts';
import { createOpsRoutes } from './ops-routes.ts';
import { createOverviewRoute } from './overview/overview-route.ts';
import { createPastReader } from './overview/past.ts';
import { layout } from './page/layout.ts';
import { createPersonRoute } from './person/person-route.ts';
import { createRedriveChange, createRedriveRoute, createRedriveStopChange } from './redrive/redrive-routes.ts';
import { CHANGES } from './routing/changes.ts';
import { mountRoutes, type SentPage } from './routing/mount-routes.ts';
import { createSourcesRoute } from './sources/sources-route.ts';
import { createQuietChange, createWorkersRoute } from './workers/workers-routes.ts';

const BOARD_PATH = '/queues';
const ASSETS = fileURLToPath(new URL('../public', import.meta.url));

export interface Dashboard {
  /** In the order of their start. */
  readonly services: readonly Service[];
  readonly http: HttpService;
  /** What serves; tests walk its routes. */
  readonly app: Application;
}

/** Everything of the dashboard, wired; nothing runs yet. */
export function createDashboard(config: DashboardConfig, logger: Logger, version: string): Dashboard {
  const workspaces = config.workspaces.map(({ name }) => name);
  // Fails at once while Redis is away, so that a page says so instead of hanging.
  const redis = createRedis({ settings: config.redis, purpose: 'page', connectionName: 'cio-fleet:dashboard' });
  const logRedisError = onceUntil(redis, (error) => logger.error({ err: error }, 'Redis does not answer'));
  redis.on('error', logRedisError);

  const audit = createAuditLog({ redis, logger, workspaces });
  const redrives = createRedrives({ redis, audit, logger, ratePerSecond: config.redrivePerSecond });
  const board = createBoard({
    redis,
    basePath: BOARD_PATH,
    environment: config.environment,
    audit,
    onError: logRedisError,
  });
  const monitor = createFleetMonitor({
    redis,
    workspaces: config.workspaces,
    onLook: async (view) => board.show(await boardQueues(redis, view)),
    onError: logRedisError,
  });
  const metrics = createFleetMetrics(createRegistry({ app: 'dashboard', version }), monitor.look);

  const journals = createJournals({ ...config.journal, workspaces, logger });
  const tail = createOutcomeTail({ redis, onError: logRedisError });

  const send = (response: Response, { status, title, path, workspace, content }: SentPage) => {
    const { environment } = config;
    const frame = {
      title: `${title} · cio-fleet ${environment}`,
      path,
      workspace: workspaces.find((name) => name === workspace),
      environment,
      identity: identityOf(response),
      version,
    };
    response.status(status).type('html').send(layout(frame, content));
  };
  const restingOf = (workspace: string) =>
    redis.zcard(`${queueKeyPrefix(workspace, deadLetterQueueName(workspace))}failed`);

  const app = express().disable('x-powered-by').disable('etag');
  app.use(createOpsRoutes({ redis, monitor, workspaces, metrics }));
  app.use(responseHeaders({ inlineStylesUnder: BOARD_PATH }));
  app.use(createGuard(config.signIn, logger));
  app.use('/assets', express.static(ASSETS, { index: false, cacheControl: false }));
  const resting = createRestingDeadLetters(redis);
  const parts = { redis, workspaces, journals, resting, audit, redrives, tail, ratePerSecond: config.redrivePerSecond };
  app.use(
    mountRoutes({
      pages: [
        createOverviewRoute({ monitor, redrives, past: createPastReader(redis, journals) }),
        createPersonRoute(parts),
        createNotesRoute(parts),
        createErrorsRoute(parts),
        createRedriveRoute(parts),
        createSourcesRoute(parts),
        createWorkersRoute(parts),
        createLiveRoute(parts),
        createAuditRoute(parts),
      ],
      changes: {
        '/redrive': createRedriveChange(parts),
        '/redrive/stop': createRedriveStopChange(parts),
        '/brakes/release': createReleaseChange(parts),
        '/errors/resolve': createErrorChange(parts, 'resolved', CHANGES['/errors/resolve']),
        '/errors/ignore': createErrorChange(parts, 'ignored', CHANGES['/errors/ignore']),
        '/errors/reopen': createErrorChange(parts, 'open', CHANGES['/errors/reopen']),
        '/workers/quiet': createQuietChange(parts, true, CHANGES['/workers/quiet']),
        '/workers/resume': createQuietChange(parts, false, CHANGES['/workers/resume']),
      },
      audit,
      send,
      redisProblem: () => (redis.status === 'ready' ? undefined : redis.status),
    }),
  );
  app.get('/live/stream', createLiveStream(parts));
  app.put(
    `${BOARD_PATH}${RETRY_ALL_ROUTE}`,
    createRetryAllRoute({ queueOf: board.queueOf, restingOf, redrives, audit }),
  );
  app.use(BOARD_PATH, board.handler);
  app.use((_request, response) => void response.status(404).type('text/plain').send('There is no such page.\n'));
  const onError: ErrorRequestHandler = (error, request, response, next) => {
    logger.error({ err: error, method: request.method, path: request.path }, 'request failed');
    if (response.headersSent) return next(error);
    response.status(500).type('text/plain').send('This failed; the log of the dashboard says why. Try again.\n');
  };
  app.use(onError);

  const http = createHttpService({ name: 'http', handler: app, host: config.host, port: config.port });
  const gate = createRedisGate({ redis, environment: config.environment, mayRefuse: false, logger });
  const boardService = service({
    name: 'board',
    start: () => undefined,
    async stop() {
      await redrives.close();
      await board.close();
      await journals.close();
    },
  });
  // Stopped first: a server that stops waits for its answers to end, and a live page's never does by itself.
  const live = service({ name: 'live', start: () => undefined, stop: () => tail.close() });
  return { services: [gate, boardService, monitor, http, live], http, app };
}

/** The queues of every workspace; journal and webhooks where they exist. */
async function boardQueues(redis: Redis, view: FleetView) {
  const queues = await Promise.all(
    view.workspaces.map(async ({ outline, state }) => {
      const { name } = outline;
      const [journal, webhooks, forward] = await Promise.all(
        [journalQueueName(name), webhooksQueueName(name), webhookForwardQueueName(name)].map((queue) =>
          redis.exists(`${queueKeyPrefix(name, queue)}meta`),
        ),
      );
      return boardQueuesOf(name, state.lanes.length, {
        journal: journal === 1,
        webhooks: webhooks === 1,
        forward: forward === 1,
      });
    }),
  );
  return queues.flat();
}

/** Reports the first error of an outage, and again only after Redis has been back. */
function onceUntil(redis: Redis, report: (error: unknown) => void): (error: unknown) => void {
  let isReported = false;
  redis.on('ready', () => {
    isReported = false;
  });
  return (error) => {
    if (isReported) return;
    isReported = true;
    report(error);
  };
}
