import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runningSimulator } from '../running-simulator.ts';

const EXECUTABLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const HOSTILE = `<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>`;

let browser: Browser;

beforeAll(async () => {
  if (EXECUTABLE === undefined) throw new Error('expected Chromium at /usr/bin/chromium, found none; install it');
  browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
});

afterAll(() => browser?.close());

/** The page of a fresh simulator, and every complaint of the browser. */
async function openPage() {
  const running = await runningSimulator();
  const page: Page = await browser.newPage();
  onTestFinished(() => page.close());
  const complaints: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(running.url);
  return { ...running, page, complaints };
}

const event = (name: string, id = '42') => ({ type: 'person', action: 'event', identifiers: { id }, name });

describe('the page in a browser', () => {
  it('shows what arrives without a reload, as text', async () => {
    const { batch, page, complaints } = await openPage();
    await page.getByText('Live:').waitFor();
    await batch(event('purchase'), event(HOSTILE, HOSTILE));
    await page.getByRole('cell', { name: 'purchase', exact: true }).waitFor();
    await page.getByRole('cell', { name: 'window.hacked' }).first().waitFor();
    expect(await page.locator('#operations').textContent()).toBe('2');
    expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('breaks and mends Customer.io by its buttons', async () => {
    const { batch, page, simulator } = await openPage();
    await page.getByRole('button', { name: '503 for all' }).click();
    await page.getByText('Broken').waitFor();
    expect(simulator.faults()).toEqual({ status: 503 });
    expect((await batch(event('a'))).status).toBe(503);
    await page.getByRole('button', { name: 'Mend' }).click();
    await page.getByText('All is well').waitFor();
    expect((await batch(event('a'))).status).toBe(200);
  });

  it('forgets everything by its button', async () => {
    const { batch, page, simulator } = await openPage();
    await batch(event('a'));
    await page.getByRole('button', { name: 'Forget everything' }).click();
    await page.getByText('Nothing yet.').waitFor();
    expect(simulator.stats().operations).toBe(0);
  });

  it.each([320, 768, 1440])('fits a window %i pixels wide', async (width) => {
    const { batch, page } = await openPage();
    await page.setViewportSize({ width, height: 800 });
    await batch(event('x'.repeat(100), 'y'.repeat(150)));
    await page.getByRole('cell', { name: 'xxx' }).waitFor();
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
  });
});
