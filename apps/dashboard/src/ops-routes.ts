import { createOpsHandler, type MetricsSource, type OpsHandler, sendJson } from '@cio-fleet/lifecycle';
import type { Redis } from 'ioredis';
import type { FleetMonitor } from './fleet/fleet-monitor.ts';
import { readCustomerioHealth, UNKNOWN_HEALTH } from './health.ts';

/** What probes and scrapers ask for: without sign-in, and without anything personal in the answer. */
export function createOpsRoutes(options: {
  readonly redis: Redis;
  readonly monitor: FleetMonitor;
  readonly workspaces: readonly string[];
  readonly metrics: MetricsSource;
}): OpsHandler {
  const { redis, monitor, workspaces, metrics } = options;
  return createOpsHandler({
    checks: { redis: async () => ((await redis.ping()) === 'PONG' ? 'ok' : 'unexpected answer') },
    metrics,
    routes: {
      '/health/customerio': async (request, response) => {
        const workspace = new URL(request.url ?? '/', 'http://localhost').searchParams.get('workspace') ?? undefined;
        const view = await monitor.look().catch(() => undefined);
        const health = view === undefined ? UNKNOWN_HEALTH : readCustomerioHealth(view, workspace);
        if (health !== undefined) return sendJson(response, health.status, health.body);
        const message = `expected one of ${workspaces.join(', ')} as workspace`;
        sendJson(response, 404, { error: { code: 'WORKSPACE_UNKNOWN', message } });
      },
    },
  });
}
