import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ReadinessCheck, readReadiness } from './readiness.ts';

/** Serves one path; what it throws is answered with 500. */
export type OpsRoute = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** The metrics that `/metrics` shows; a prom-client registry is one. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** What the operations endpoints answer. */
export interface OpsOptions {
  /** What must be fine for the app to be ready, by name. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly metrics: MetricsSource;
  /** More paths, GET and HEAD only, for example `/health/customerio`. @defaultValue none */
  readonly routes?: Readonly<Record<string, OpsRoute>>;
  /** How long a check may take, in milliseconds. @defaultValue 2_000 */
  readonly checkTimeoutMs?: number;
}

/** A handler for `node:http`, and a middleware for express: unknown paths go to `next`, or get 404 without one. */
export type OpsHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

const defaults = { routes: {}, checkTimeoutMs: 2_000 } satisfies Partial<OpsOptions>;

/** `/livez`, `/readyz`, `/metrics` and the given routes. */
export function createOpsHandler(options: OpsOptions): OpsHandler {
  const { checks, metrics, routes, checkTimeoutMs }: Required<OpsOptions> = { ...defaults, ...options };
  const table = new Map<string, OpsRoute>([
    // That this is answered at all is the news: the event loop turns.
    ['/livez', (_request, response) => sendJson(response, 200, { live: true })],
    [
      '/readyz',
      async (_request, response) => {
        const readiness = await readReadiness(checks, checkTimeoutMs);
        sendJson(response, readiness.ready ? 200 : 503, readiness);
      },
    ],
    [
      '/metrics',
      async (_request, response) => {
        const body = await metrics.metrics();
        response.writeHead(200, { 'content-type': metrics.contentType }).end(body);
      },
    ],
    ...Object.entries(routes),
  ]);

  return (request, response, next) => {
    const route = table.get(pathOf(request));
    if (!route) return next ? next() : sendJson(response, 404, { error: 'not found' });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return sendJson(response, 405, { error: 'expected GET or HEAD' });
    }
    void serve(route, request, response);
  };
}

async function serve(route: OpsRoute, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await route(request, response);
  } catch {
    // What went wrong is for the log of whoever owns the route; a probe only needs to know that it did.
    if (response.headersSent) response.destroy();
    else sendJson(response, 500, { error: 'failed' });
  }
}

/** Answers with JSON that no cache keeps. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(`${JSON.stringify(body)}\n`);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
