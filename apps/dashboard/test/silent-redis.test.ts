import { startPickyProxy, uniqueWorkspace } from '@cio-fleet/testkit';
import { expect, inject, it } from 'vitest';
import { runDashboard, VIEWER } from './support/dashboard.ts';
import { workspacesFile } from './support/workspaces-file.ts';

/** Two tries of a silent connection, and a busy machine; without a bound it would be the test's own time-out. */
const SECONDS_MS = 25_000;

it('answers within seconds when the connection to Redis goes silent, as when a firewall forgets it', async () => {
  const proxy = await startPickyProxy(Number(new URL(inject('redisUrl')).port));
  const dashboard = await runDashboard({
    REDIS_URL: proxy.url,
    CIO_FLEET_WORKSPACES: workspacesFile(uniqueWorkspace()),
  });
  const ask = async (path: string) => {
    const response = await fetch(`${dashboard.url}${path}`, {
      headers: { authorization: `Basic ${btoa(`${VIEWER.user}:${VIEWER.password}`)}` },
      signal: AbortSignal.timeout(SECONDS_MS),
    });
    return [response.status, await response.text()] as const;
  };
  try {
    expect((await ask('/fleet.json'))[0]).toBe(200);
    proxy.refuse = /./;
    proxy.blackhole();
    const [page, ready, health, metrics] = await Promise.all(
      ['/fleet.json', '/readyz', '/health/customerio', '/metrics'].map(ask),
    );
    expect(page?.[0]).toBe(503);
    expect(ready?.[0]).toBe(503);
    expect(health?.[0]).toBe(503);
    expect(metrics?.[1]).toContain('cio_fleet_fleet_read_success 0');
  } finally {
    await dashboard.process.stop();
    await proxy.close();
  }
});
