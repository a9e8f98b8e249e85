import { fileURLToPath } from 'node:url';
import { deadLetterQueueName, queueKeyPrefix } from '@cio-fleet/contracts';
import { createProducer } from '@cio-fleet/producer';
import { type FleetProcess, runFleetProcess, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR, type RunningDashboard, runDashboard } from '../support/dashboard.ts';
import { browse, pressRetry } from './support/browse.ts';
import { CHROMIUM, launchChromium } from './support/chromium.ts';

const COUNT = 501;
const PERSONS = 7;
const entryOf = (app: string) => fileURLToPath(new URL(`../../../${app}/src/main.ts`, import.meta.url));

interface Arrival {
  readonly operation: { readonly id?: string; readonly identifiers: { readonly id: string } };
}

describe.skipIf(CHROMIUM === undefined)('a redrive, from the button to Customer.io', () => {
  const stops: (() => unknown)[] = [];
  let redis: Redis;
  let simulator: FleetProcess;
  let dashboard: RunningDashboard;
  let browser: Browser;

  const simulate = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${simulator.port}/_sim/${path}`, init);
  const arrivals = async () => {
    const { arrivals: list } = (await (await simulate('arrivals?limit=1000')).json()) as {
      arrivals: readonly Arrival[];
    };
    return list.map(({ operation }) => ({ id: operation.id ?? '', person: operation.identifiers.id }));
  };
  const resting = () => redis.zcard(`${queueKeyPrefix('default', deadLetterQueueName('default'))}failed`);

  beforeAll(async () => {
    const server = await startRedis({ appendFsync: 'no' });
    stops.unshift(() => server.stop());
    redis = new Redis(server.url, { maxRetriesPerRequest: null });
    stops.unshift(() => redis.quit());
    simulator = await runFleetProcess({ entry: entryOf('simulator'), env: { SIMULATOR_PORT: '0', LOG_LEVEL: 'info' } });
    stops.unshift(() => simulator.stop());
    const worker = await runFleetProcess({
      entry: entryOf('worker'),
      env: {
        WORKER_PORT: '0',
        REDIS_URL: server.url,
        CUSTOMERIO_SITE_ID: 'demo-site',
        CUSTOMERIO_TRACK_API_KEY: 'demo-key',
        CUSTOMERIO_TRACK_URL: `http://127.0.0.1:${simulator.port}`,
      },
    });
    stops.unshift(() => worker.stop());
    dashboard = await runDashboard({ REDIS_URL: server.url, DASHBOARD_REDRIVE_PER_SECOND: '100' });
    stops.unshift(() => dashboard.process.stop());
    browser = await launchChromium();
    stops.unshift(() => browser.close());

    await simulate('faults', { method: 'POST', body: JSON.stringify({ rejectName: 'broken' }) });
    const producer = createProducer({ redisUrl: server.url });
    const results = await Promise.all(
      Array.from({ length: COUNT }, (_, index) => producer.track(String(index % PERSONS), 'broken', { index })),
    );
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    await producer.close();
    await waitFor(async () => (await resting()) === COUNT, { timeoutMs: 30_000 });
    await simulate('faults', { method: 'DELETE' });
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  it('brings one back by Retry, then 500 by Retry all, each person oldest first', async () => {
    const { page } = await browse(browser, { as: OPERATOR });
    await page.goto(`${dashboard.url}/queues/queue/${deadLetterQueueName('default')}?status=failed`);
    const shown = await page
      .getByText(/^[0-9A-HJKMNP-TV-Z]{26}-0$/)
      .first()
      .textContent();
    await pressRetry(page, String(shown));
    await waitFor(async () => (await arrivals()).length === 1);
    expect((await arrivals())[0]?.id).toBe(String(shown).replace('-0', ''));

    await page.getByRole('button', { name: 'Retry all' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await waitFor(async () => (await arrivals()).length === COUNT, { timeoutMs: 30_000 });
    const all = (await arrivals()).slice(1);
    for (let person = 0; person < PERSONS; person += 1) {
      const ids = all.filter((arrival) => arrival.person === String(person)).map(({ id }) => id);
      expect(ids, `person ${person}`).toEqual([...ids].sort());
    }
    // Over all persons the lanes run side by side, so neighbours may swap, but not more.
    const sorted = all.map(({ id }) => id).sort();
    for (const [place, { id }] of all.entries()) expect(Math.abs(sorted.indexOf(id) - place)).toBeLessThan(20);

    await waitFor(async () => {
      const answer = await dashboard.request('/', { as: OPERATOR, headers: { accept: 'application/json' } });
      const { workspaces } = (await answer.json()) as { workspaces: readonly [{ ledger: object; residue: number }] };
      const { ledger, residue } = workspaces[0];
      return residue === 0 && JSON.stringify(ledger).includes(`"delivered":${COUNT}`);
    });
    await page.goto(dashboard.url);
    await page.getByText('balanced').waitFor();
    await page.context().close();
  });
});
