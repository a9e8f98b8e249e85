import { METRIC_PREFIX } from '@cio-fleet/telemetry';
import type { RequestHandler } from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';

/** The ways into the gateway by HTTP; the label `dialect`. */
export type Dialect = 'track-v1' | 'track-v2' | 'segment' | 'webhooks' | 'notes' | 'other';

/** What the gateway counts. No label has a value that a client can choose. */
export interface GatewayMetrics {
  /** Counts and times every request when its answer has left; put it before everything else. */
  readonly observe: RequestHandler;
  /** What became of operations: `accepted`, or the code why not. */
  operations(dialect: Dialect, outcome: string, count: number): void;
  /** A request was turned away before anybody looked at its operations; `code` says why. */
  turnedAway(dialect: Dialect, code: string): void;
}

export function createGatewayMetrics(registry: Registry, now: () => number = () => performance.now()): GatewayMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: `${METRIC_PREFIX}gateway_requests_total`,
    help: 'Requests by dialect and class of the status; "none" got no answer, the client had gone.',
    labelNames: ['dialect', 'status'],
    registers,
  });
  const duration = new Histogram({
    name: `${METRIC_PREFIX}gateway_request_duration_seconds`,
    help: 'From the headers of a request to the end of its answer.',
    labelNames: ['dialect'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const bytes = new Counter({
    name: `${METRIC_PREFIX}gateway_request_bytes_total`,
    help: 'Bytes of bodies, as their content-length says.',
    labelNames: ['dialect'],
    registers,
  });
  const operations = new Counter({
    name: `${METRIC_PREFIX}gateway_operations_total`,
    help: 'Operations by dialect and what became of them: accepted, or the code why not.',
    labelNames: ['dialect', 'outcome'],
    registers,
  });
  const turnedAway = new Counter({
    name: `${METRIC_PREFIX}gateway_turned_away_total`,
    help: 'Requests that were turned away before their operations were looked at, by code.',
    labelNames: ['dialect', 'code'],
    registers,
  });

  return {
    observe(request, response, next) {
      const startedAt = now();
      const dialect = dialectOf(request.url);
      response.once('close', () => {
        const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'none';
        requests.inc({ dialect, status });
        duration.observe({ dialect }, (now() - startedAt) / 1000);
        const length = Number(request.headers['content-length']);
        if (length > 0) bytes.inc({ dialect }, length);
      });
      next();
    },
    operations: (dialect, outcome, count) => operations.inc({ dialect, outcome }, count),
    turnedAway: (dialect, code) => turnedAway.inc({ dialect, code }),
  };
}

const PREFIXES: readonly (readonly [prefix: string, dialect: Dialect])[] = [
  ['/api/v2/', 'track-v2'],
  ['/api/', 'track-v1'],
  ['/v1/', 'segment'],
  ['/unsubscribe/', 'track-v1'],
  ['/push/', 'track-v1'],
  ['/webhooks/', 'webhooks'],
  ['/notes', 'notes'],
  ['/sessions', 'notes'],
];

function dialectOf(url: string): Dialect {
  return PREFIXES.find(([prefix]) => url.startsWith(prefix))?.[1] ?? 'other';
}
