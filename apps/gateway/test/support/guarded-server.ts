import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpService } from '@cio-fleet/lifecycle';
import type { OperationInput } from '@cio-fleet/producer';
import { readRedisSettings } from '@cio-fleet/redis';
import { createLogger, createRegistry } from '@cio-fleet/telemetry';
import { WORKSPACE_DEFAULTS, type Workspace } from '@cio-fleet/workspaces';
import express, { type ErrorRequestHandler } from 'express';
import { onTestFinished } from 'vitest';
import { callerOf } from '../../src/access/admission.ts';
import { createGuard, type Guard, type GuardOptions } from '../../src/guard.ts';
import { HttpProblem } from '../../src/http/http-problem.ts';
import { createBodyReader } from '../../src/http/read-body.ts';
import { limitServer, SERVER_OPTIONS } from '../../src/http/server-limits.ts';

export interface GuardedServer extends Guard {
  readonly url: string;
  /** Every line of the log so far. */
  readonly log: readonly string[];
  /** POSTs operations with Basic credentials, `site:key` unless told otherwise. */
  post(operations: readonly object[], credentials?: string): Promise<Response>;
  accept(workspace: string, operations: readonly OperationInput[]): ReturnType<Guard['intake']['accept']>;
  stop(): Promise<void>;
}

/** A workspace with credentials of its own: `<name>-site` and `<name>-key`. */
export function workspaceNamed(name: string, extra: Partial<Workspace> = {}): Workspace {
  const { region, maxRequestsPerSecond, lanes } = WORKSPACE_DEFAULTS;
  const credentials = { siteId: `${name}-site`, apiKey: `${name}-key` };
  return { name, ...credentials, region, maxRequestsPerSecond, lanes, gatewayKeys: [], ...extra };
}

export const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

/** The guard behind a server with the smallest of all dialects: `POST /` takes a list of operations and tells their results. */
export async function startGuardedServer(
  options: Pick<GuardOptions, 'workspaces'> & Partial<GuardOptions> & { readonly redisUrl: string },
): Promise<GuardedServer> {
  const { redisUrl, workspaces, ...rest } = options;
  const read = readRedisSettings(redisUrl, {});
  if (!read.ok) throw new Error(read.problems.join());
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const logger = createLogger({ name: 'gateway', version: '0', level: 'trace', destination });
  const registry = createRegistry({ app: 'gateway', version: '0' });
  const guard = createGuard({ workspaces, settings: read.settings, logger, registry, ...rest });
  const app = express();
  const body = createBodyReader({ maxBytes: 4_000_000, maxDepth: 40, gunzip: true });
  app.get('/metrics', async (_request, response) => void response.send(await registry.metrics()));
  app.post('/', guard.admission.basic, body, async (request, response) => {
    response.json(await guard.intake.accept(callerOf(response), request.body as OperationInput[]));
  });
  app.post('/open', guard.admission.open, (_request, response) => void response.json({}));
  app.post('/write-key', guard.admission.writeKey, (_request, response) => void response.json(callerOf(response)));
  const render: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (!(error instanceof HttpProblem)) return next(error);
    if (error.retryAfterSeconds !== undefined) response.setHeader('retry-after', error.retryAfterSeconds);
    response.status(error.status).json({ code: error.code, message: error.message });
  };
  app.use(render);
  const http = createHttpService({
    name: 'http',
    port: 0,
    handler: app,
    serverOptions: SERVER_OPTIONS,
    prepare: limitServer,
  });
  const services = [...guard.services, http];
  for (const service of services) await service.start();
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (const service of services.toReversed()) await service.stop();
    })();
    return stopping;
  };
  onTestFinished(stop);
  const [first] = workspaces;
  return {
    ...guard,
    url: http.url,
    log,
    stop,
    post: (operations, credentials = `${first?.siteId}:${first?.apiKey}`) =>
      fetch(`${http.url}/`, {
        method: 'POST',
        headers: { authorization: basic(credentials), 'content-type': 'application/json' },
        body: JSON.stringify(operations),
      }),
    accept: (workspace, operations) => guard.intake.accept({ workspace, keyId: `${workspace}/test` }, operations),
  };
}

/** A port that answers nothing and to which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
