import { createOpsHandler } from '@cio-fleet/lifecycle';
import type { Logger } from '@cio-fleet/telemetry';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { createCors } from './http/cors.ts';
import { inTurn } from './http/in-turn.ts';
import { createReadiness, type ReadinessOptions } from './readiness.ts';

export interface GatewayAppOptions {
  /** The dialects, each for its own paths. The busiest first. */
  readonly dialects: readonly Router[];
  readonly corsOrigins: readonly string[];
  /** Asked by `/readyz`. */
  readonly redis: Redis;
  readonly spoolDir: string | undefined;
  readonly spools: ReadinessOptions['spools'];
  readonly registry: Registry;
  readonly metrics: Pick<GatewayMetrics, 'observe'>;
  readonly logger: Logger;
  /** Whether the server is about to stop, so that connections end with the answer at hand. */
  readonly isQuiet: () => boolean;
}

/** The dialects behind one port, with the operations endpoints. */
export function createGatewayApp(options: GatewayAppOptions): Express {
  const { dialects, corsOrigins, redis, spoolDir, spools, registry, metrics, logger, isQuiet } = options;
  const app = express().disable('x-powered-by').disable('etag');
  app.use(inTurn([metrics.observe, endConnections(isQuiet), createCors(corsOrigins)]));
  for (const dialect of dialects) app.use(dialect);
  app.use(
    createOpsHandler({
      checks: {},
      metrics: registry,
      routes: {
        '/readyz': createReadiness({
          redis: async () => ((await redis.ping()) === 'PONG' ? 'ok' : 'no answer'),
          spoolDir,
          spools,
        }),
      },
    }),
  );
  app.use((_request, response) => void response.status(404).json({ error: 'not found' }));
  const fail: ErrorRequestHandler = (error, request, response, next) => {
    if (response.headersSent) return next(error);
    // Express itself refuses paths with broken percent-encoding.
    if (isClientError(error)) return void response.status(error.status).json({ error: 'bad request' });
    logger.error({ err: error, method: request.method }, 'request failed');
    response.status(500).json({ error: 'this failed; the log of the gateway says why', code: 'GATEWAY_FAILED' });
  };
  app.use(fail);
  return app;
}

function isClientError(error: unknown): error is { readonly status: number } {
  const { status } = (error ?? {}) as { readonly status?: unknown };
  return typeof status === 'number' && status >= 400 && status < 500;
}

function endConnections(isQuiet: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (isQuiet()) response.setHeader('connection', 'close');
    next();
  };
}
