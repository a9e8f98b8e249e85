import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deadLetterQueueName, laneQueueName, queueKeyPrefix } from '@cio-fleet/contracts';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { OPERATOR, type RunningDashboard, runDashboard, VIEWER } from '../support/dashboard.ts';
import { redrivenIds, seedDeadLetters, seedLanes, seedWorker, ulid } from '../support/seed-fleet.ts';
import { workspacesFile } from '../support/workspaces-file.ts';
import { browse, pressRetry } from './support/browse.ts';
import { CHROMIUM, launchChromium } from './support/chromium.ts';

const COUNT = 501;

describe.skipIf(CHROMIUM === undefined)('the dashboard in a browser', () => {
  const workspace = uniqueWorkspace('browser');
  const lane = laneQueueName(workspace, 0);
  const deadLetter = deadLetterQueueName(workspace);
  let redis: Redis;
  let dashboard: RunningDashboard;
  let browser: Browser;

  beforeAll(async () => {
    redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
    await seedLanes(redis, workspace, 2, 3);
    await seedWorker(redis, workspace, 'w1');
    await seedDeadLetters(redis, workspace, COUNT);
    dashboard = await runDashboard({
      REDIS_URL: inject('redisUrl'),
      CIO_FLEET_WORKSPACES: workspacesFile(workspace),
      DASHBOARD_REDRIVE_PER_SECOND: '500',
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await dashboard.process.stop();
    await redis.quit();
  });

  const laneState = async () => {
    const prefix = queueKeyPrefix(workspace, lane);
    return { wait: await redis.lrange(`${prefix}wait`, 0, -1), meta: await redis.hgetall(`${prefix}meta`) };
  };

  it.each([
    ['light', 1280],
    ['light', 390],
    ['dark', 1280],
    ['dark', 390],
  ] as const)('fits the window in %s at %i pixels, and the console stays silent', async (colorScheme, width) => {
    const { page, complaints } = await browse(browser, { as: VIEWER, colorScheme, width });
    await page.goto(dashboard.url);
    await page.getByRole('heading', { name: workspace }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
    await page.goto(`${dashboard.url}/queues/`);
    await page.getByText('dead-letter').first().waitFor();
    await page.waitForLoadState('networkidle');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('refreshes the fleet page by itself and keeps the focus', async () => {
    const { page, complaints } = await browse(browser, { as: OPERATOR });
    await page.goto(dashboard.url);
    await page.getByRole('link', { name: 'Redrive all …' }).focus();
    await seedWorker(redis, workspace, 'w2', { host: 'worker-fresh', lanes: [1] });
    await page.getByText('worker-fresh').first().waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Redrive all …');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('lets a viewer look, and refuses a retry with a reason', async () => {
    const { page } = await browse(browser, { as: VIEWER });
    await page.goto(`${dashboard.url}/queues/queue/${deadLetter}?status=failed`);
    const refused = page.waitForResponse((response) => response.request().method() === 'PUT');
    await page.getByRole('button', { name: 'Retry all' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    expect((await refused).status()).toBe(403);
    await page.getByText('your role is viewer').first().waitFor();
    expect(await redis.zcard(`${queueKeyPrefix(workspace, deadLetter)}failed`)).toBe(COUNT);
    await page.context().close();
  });

  it.each([
    ['Obliterate', async (page: Page) => page.getByRole('button', { name: 'Confirm' }).click()],
    ['Empty', async (page: Page) => page.getByRole('button', { name: 'Confirm' }).click()],
    [
      'Set concurrency',
      async (page: Page) => {
        await page.getByRole('dialog').getByRole('spinbutton').first().fill('5');
        await page
          .getByRole('dialog')
          .getByRole('button', { name: /save|set|update|confirm/i })
          .first()
          .click();
      },
    ],
    [
      'Add job',
      async (page: Page) => {
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('textbox').first().fill('made-up');
        await dialog.getByRole('button', { name: /^add/i }).first().click();
      },
    ],
  ] as const)('refuses an operator to press %s on a lane, and the lane stays as it is', async (item, confirm) => {
    const before = await laneState();
    const { page } = await browse(browser, { as: OPERATOR });
    await page.goto(`${dashboard.url}/queues/queue/${lane}?status=waiting`);
    await page.getByText(ulid(0)).first().waitFor();
    await page.locator('button[aria-haspopup=menu]').last().click();
    const refused = page.waitForResponse((response) => response.request().method() !== 'GET');
    await page.getByRole('menuitem', { name: item }).click();
    await confirm(page);
    expect((await refused).status()).toBe(403);
    await page.getByText('would lose or reorder operations').first().waitFor();
    expect(await laneState()).toEqual(before);
    await page.context().close();
  });

  it('refuses a form that another site submits in the name of an operator', async () => {
    const form = `<form method="post" action="${dashboard.url}/redrive"><input name="workspace" value="${workspace}"></form>`;
    const evil = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html>${form}<script>document.forms[0].submit()</script>`);
    }).listen(0, '127.0.0.1');
    await waitFor(() => evil.listening);
    const { page } = await browse(browser, { as: OPERATOR });
    await page.goto(dashboard.url);
    const answer = page.waitForResponse((response) => response.url() === `${dashboard.url}/redrive`);
    // By another name of this machine: for the browser that is another site.
    await page.goto(`http://localhost:${(evil.address() as AddressInfo).port}/`);
    expect((await answer).status()).toBe(403);
    expect(await redrivenIds(redis, workspace)).toEqual([]);
    await page.context().close();
    evil.close();
  });

  it('cannot be framed by another page', async () => {
    const { page } = await browse(browser, { as: OPERATOR });
    await page.goto(dashboard.url);
    const frame = await page.evaluate(
      `new Promise((resolve) => { const f = document.createElement('iframe'); f.onload = () => resolve(f.contentDocument?.body?.innerText ?? 'blocked'); f.src = '/queues/'; document.body.append(f); })`,
    );
    expect(frame).toBe('blocked');
    await page.context().close();
  });

  it('lets an operator press Retry on one dead letter, then Retry all on 500, oldest first', async () => {
    const { page } = await browse(browser, { as: OPERATOR });
    const newest = `${ulid(COUNT - 1)}-0`;
    await page.goto(`${dashboard.url}/queues/queue/${deadLetter}?status=failed`);
    await page.getByText(newest).first().waitFor();
    await pressRetry(page, newest);
    await waitFor(async () => (await redrivenIds(redis, workspace)).length === 1);
    expect(await redrivenIds(redis, workspace)).toEqual([newest]);

    await page.getByRole('button', { name: 'Retry all' }).click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await waitFor(async () => (await redrivenIds(redis, workspace)).length === COUNT);
    const oldestFirst = Array.from({ length: COUNT - 1 }, (_, index) => `${ulid(index)}-0`);
    expect((await redrivenIds(redis, workspace)).slice(1)).toEqual(oldestFirst);
    await page.goto(dashboard.url);
    await page.getByText('by otto: done').waitFor();
    await page.context().close();
  });
});
