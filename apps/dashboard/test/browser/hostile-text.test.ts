import { newUlid, queuePrefix, workspaceKeys } from '@cio-fleet/contracts';
import { appendOutcomes } from '@cio-fleet/lanes';
import { startRedis, uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATOR, type RunningDashboard, runDashboard } from '../support/dashboard.ts';
import { seedDeadLetters, seedLanes, seedWorker, ulid } from '../support/seed-fleet.ts';
import { journalFolder, seedJournal } from '../support/seed-journal.ts';
import { workspacesFile } from '../support/workspaces-file.ts';
import { barriersOf } from './support/accessibility.ts';
import { browse } from './support/browse.ts';
import { CHROMIUM, launchChromium } from './support/chromium.ts';
import { screenshot } from './support/screenshots.ts';

/** Ends whatever it may be in (text, attribute, script, style, template), and tells the test when it runs. */
const ATTACK = `'"></td></script></style></template><img src=x onerror="window.owned=1"><svg onload="owned=1"><a href="javascript:owned=1">x</a>`;
const LONG = 'very-long-'.repeat(40);

describe.skipIf(CHROMIUM === undefined)('text that comes from outside', () => {
  const workspace = uniqueWorkspace('hostile');
  const empty = uniqueWorkspace('empty');
  const stops: (() => unknown)[] = [];
  let dashboard: RunningDashboard;
  let browser: Browser;

  beforeAll(async () => {
    const server = await startRedis({ appendFsync: 'no' });
    stops.unshift(() => server.stop());
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    stops.unshift(() => redis.quit());
    await seedLanes(redis, workspace, 4, 3);
    await seedDeadLetters(redis, workspace, 12, (index) =>
      index % 2 === 0
        ? { code: 'REJECTED', message: `${ATTACK} ${index}` }
        : { code: 'EXPIRED', message: `${LONG} too old` },
    );
    const error = { code: 'SERVER_ERROR', message: `${ATTACK} ${LONG}`, at: Date.now() - 5_000 };
    const circuit = { state: 'OPEN', since: Date.now() - 200_000, failureCount: 9, lastFailure: Date.now() };
    await seedWorker(redis, workspace, 'w1', { lanes: [0, 1], lastError: error, quiet: true });
    await seedWorker(redis, workspace, 'w2', {
      ...{ host: LONG, version: ATTACK, lanes: [2, 3], eventLoopLagMs: 800 },
      circuit: { ...circuit, lastError: `${ATTACK} ${LONG}` },
    });
    const head = { attempts: 2, lastError: { code: ATTACK, message: LONG, at: 1 } };
    const queue = `${queuePrefix(workspace)}:${workspace}`;
    await redis.hset(`${queue}.lane.0:${ulid(0)}`, 'progress', JSON.stringify(head));
    const keys = workspaceKeys(workspace);
    await redis.hset(keys.deadLetterReasons, ATTACK, 3);
    await redis.xadd(keys.audit, '*', 'user', ATTACK, 'role', 'operator', 'action', LONG, 'detail', ATTACK);
    await redis.lpush(keys.deploys, `${Date.now() - 600_000} ${ATTACK}`);
    await appendOutcomes(redis, workspace, [
      { time: Date.now(), outcome: 'failed', operationId: newUlid(), action: 'track', name: ATTACK, person: LONG },
      {
        ...{ time: Date.now(), outcome: ATTACK, operationId: ATTACK, action: ATTACK, person: ATTACK },
        ...{ source: ATTACK, errorCode: ATTACK, reason: ATTACK, worker: ATTACK, attempts: 2, status: 500 },
      },
    ]);
    const folder = journalFolder();
    const rows = [ATTACK, LONG].flatMap((text, index) => {
      const time = Date.now() - index * 60_000;
      const own = { time, action: 'track', person: `id:${text}`, name: text, source: text, sessionId: 's-1' };
      return [
        { ...own, operationId: newUlid(), outcome: 'delivered' as const, status: 200, payload: { [text]: text } },
        {
          ...{ ...own, operationId: newUlid(), outcome: 'dead-lettered' as const, status: 400, worker: text },
          ...{ errorCode: 'REJECTED', reason: text, traceId: text, lane: text },
        },
        {
          ...{ ...own, operationId: newUlid(), outcome: 'note' as const, action: text, component: text },
          ...{ key: text, value: text, terminalId: text, userId: text },
        },
      ];
    });
    await seedJournal(redis, { folder, workspace }, rows);
    dashboard = await runDashboard({
      REDIS_URL: server.url,
      CIO_FLEET_WORKSPACES: workspacesFile(workspace, empty),
      JOURNAL_DIR: folder,
    });
    stops.unshift(() => dashboard.process.stop());
    browser = await launchChromium();
    stops.unshift(() => browser.close());
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  const asked = encodeURIComponent(ATTACK);
  const groupOf = async (errorCode: string) => {
    const answer = await dashboard.request(`/errors.json?workspace=${workspace}&state=all`, { as: OPERATOR });
    const { groups } = (await answer.json()) as { groups: readonly { fingerprint: string; errorCode: string }[] };
    return groups.find((group) => group.errorCode === errorCode)?.fingerprint;
  };

  it.each([
    ['light', 1300],
    ['dark', 400],
  ] as const)(
    'is text on every page, fits it, and shuts nobody out, in %s at %i pixels',
    async (colorScheme, width) => {
      const { page, complaints } = await browse(browser, { as: OPERATOR, colorScheme, width });
      const dialogs: string[] = [];
      page.on('dialog', async (dialog) => {
        dialogs.push(dialog.message());
        await dialog.dismiss();
      });
      const within = `workspace=${workspace}`;
      const pages = {
        ...{ overview: '/', live: `/live?${within}`, 'live-filtered': `/live?${within}&text=${asked}&source=${asked}` },
        ...{ person: `/person?${within}&q=${asked}`, 'person-long': `/person?${within}&q=${LONG}` },
        ...{ session: `/person?${within}&q=s-1&by=session`, nobody: `/person?${within}&q=nobody` },
        ...{ errors: `/errors?${within}`, group: `/errors?${within}&group=${await groupOf('REJECTED')}` },
        ...{ redrive: `/redrive?${within}&person=${asked}`, 'redrive-all': `/redrive?${within}` },
        ...{ sources: `/sources?${within}`, workers: `/workers?${within}`, audit: `/audit?${within}&user=${asked}` },
        ...{ changes: `/audit?${within}`, refused: `/person?workspace=${asked}` },
      };
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(`${dashboard.url}${path}`);
        await page.getByRole('navigation', { name: 'Pages' }).waitFor();
        await screenshot(page, `hostile-${colorScheme}-${width}-${name}`);
        expect(await page.evaluate('window.owned'), path).toBeUndefined();
        expect(await page.locator('img, a[href^="javascript:"], main svg[onload], main script').count(), path).toBe(0);
        expect(
          await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
          path,
        ).toBeLessThanOrEqual(0);
        expect(await barriersOf(page), path).toEqual([]);
      }
      expect(dialogs).toEqual([]);
      expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
      await page.context().close();
    },
  );

  it('is text on the board, too', async () => {
    const { page } = await browse(browser, { as: OPERATOR });
    const queue = `${dashboard.url}/queues/queue/${workspace}.dead-letter`;
    for (const address of [`${queue}?status=failed`, `${queue}/${ulid(0)}-0?status=failed`]) {
      await page.goto(address);
      await page.getByText('onerror').first().waitFor();
      expect(await page.evaluate('window.owned'), address).toBeUndefined();
      expect(await page.locator('img[src="x"], a[href^="javascript:"]').count(), address).toBe(0);
    }
    await page.context().close();
  });

  it.each([
    ['dark', 1300],
    ['light', 400],
  ] as const)(
    'may be missing: pages of a workspace with nothing say so, in %s at %i pixels',
    async (colorScheme, width) => {
      const { page, complaints } = await browse(browser, { as: OPERATOR, colorScheme, width });
      for (const name of ['person', 'errors', 'redrive', 'sources', 'workers', 'live', 'audit']) {
        await page.goto(`${dashboard.url}/${name}?workspace=${empty}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await screenshot(page, `empty-${colorScheme}-${width}-${name}`);
        expect(await barriersOf(page), name).toEqual([]);
      }
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it('is found by keys alone: / finds, g and a letter goes, ? lists them, and they can be turned off', async () => {
    const { page } = await browse(browser, { as: OPERATOR });
    await page.goto(`${dashboard.url}/errors?workspace=${workspace}`);
    await page.keyboard.press('/');
    await page.keyboard.type('g s-1');
    expect(await page.evaluate('document.activeElement.value')).toBe('g s-1');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/person\?workspace=.*&q=g\+s-1/);
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await page.waitForURL(/\/workers\?workspace=/);
    await page.keyboard.press('?');
    await page.getByRole('checkbox', { name: /Keys are on/ }).uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').count()).toBe(0);
    // Tab goes through the whole page and out again: nothing holds it.
    const seen = new Set<string>();
    for (let n = 0; n < 60; n += 1) {
      await page.keyboard.press('Tab');
      seen.add(String(await page.evaluate('document.activeElement.outerHTML.slice(0, 80)')));
    }
    expect([...seen].some((element) => element.startsWith('<button type="button" id="keys-show"'))).toBe(true);
    await page.context().close();
  });
});
