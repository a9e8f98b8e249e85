import { fileURLToPath } from 'node:url';
import { deadLetterQueueName, journalQueueName, queueKeyPrefix, webhooksQueueName } from '@cio-fleet/contracts';
import { createHttpService, type HttpService, type Service, service } from '@cio-fleet/lifecycle';
import { createRedis, createRedisGate } from '@cio-fleet/redis';
import { createRegistry, type Logger } from '@cio-fleet/telemetry';
import express, { type ErrorRequestHandler, type Response } from 'express';
import type { Redis } from 'ioredis';
import { createGuard, identityOf } from './access/guard.ts';
import { responseHeaders } from './access/response-headers.ts';
import { createAuditLog } from './audit/audit-log.ts';
import { createBoard } from './board/bull-board.ts';
import { boardQueuesOf } from './board/queue-kind.ts';
import { createRetryAllRoute, RETRY_ALL_ROUTE } from './board/retry-all-route.ts';
import { createBrakeRoutes } from './brake-routes.ts';
import type { DashboardConfig } from './config.ts';
import { createFleetMonitor, type FleetView } from './fleet/fleet-monitor.ts';
import { createRedrives } from './fleet/redrives.ts';
import { createFleetMetrics } from './fleet-metrics.ts';
import { createFleetRoute } from './fleet-routes.ts';
import { createOpsRoutes } from './ops-routes.ts';
import type { Html } from './page/html.ts';
import { layout } from './page/layout.ts';
import { createRedriveRoutes } from './redrive-routes.ts';

const BOARD_PATH = '/queues';
const ASSETS = fileURLToPath(new URL('../public', import.meta.url));

export interface Dashboard {
  /** In the order of their start. */
  readonly services: readonly Service[];
  readonly http: HttpService;
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

  const send = (response: Response, status: number, content: Html) => {
    const { environment } = config;
    const frame = { title: `cio-fleet ${environment}`, environment, identity: identityOf(response), version };
    response.status(status).type('html').send(layout(frame, content));
  };
  const restingOf = (workspace: string) =>
    redis.zcard(`${queueKeyPrefix(workspace, deadLetterQueueName(workspace))}failed`);

  const app = express().disable('x-powered-by').disable('etag');
  app.use(createOpsRoutes({ redis, monitor, workspaces, metrics }));
  app.use(responseHeaders({ inlineStylesUnder: BOARD_PATH }));
  app.use(createGuard(config.signIn, logger));
  app.use('/assets', express.static(ASSETS, { index: false, cacheControl: false }));
  app.get('/', createFleetRoute({ monitor, redrives, send }));
  app.use(
    '/redrive',
    createRedriveRoutes({ redis, workspaces, redrives, audit, ratePerSecond: config.redrivePerSecond, send }),
  );
  app.use('/brakes', createBrakeRoutes({ redis, workspaces, audit, send }));
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
    },
  });
  return { services: [gate, boardService, monitor, http], http };
}

/** The queues of every workspace; journal and webhooks where they exist. */
async function boardQueues(redis: Redis, view: FleetView) {
  const queues = await Promise.all(
    view.workspaces.map(async ({ outline, state }) => {
      const { name } = outline;
      const [journal, webhooks] = await Promise.all(
        [journalQueueName(name), webhooksQueueName(name)].map((queue) =>
          redis.exists(`${queueKeyPrefix(name, queue)}meta`),
        ),
      );
      return boardQueuesOf(name, state.lanes.length, { journal: journal === 1, webhooks: webhooks === 1 });
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
