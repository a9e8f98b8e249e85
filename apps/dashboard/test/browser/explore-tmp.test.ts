import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { inject, it } from 'vitest';
import { OPERATOR, runDashboard } from '../support/dashboard.ts';
import { seedDeadLetters, seedLanes, seedWorker } from '../support/seed-fleet.ts';
import { workspacesFile } from '../support/workspaces-file.ts';
import { launchChromium } from './support/chromium.ts';
it('x', async () => {
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  const us = uniqueWorkspace('us');
  await seedLanes(redis, us, 2, 3); await seedWorker(redis, us, 'w'); await seedDeadLetters(redis, us, 5);
  const dash = await runDashboard({ REDIS_URL: inject('redisUrl'), CIO_FLEET_WORKSPACES: workspacesFile(us) });
  const browser = await launchChromium();
  const context = await browser.newContext({ httpCredentials: { username: OPERATOR.user, password: OPERATOR.password } });
  const page = await context.newPage();
  await page.goto(`${dash.url}/queues/queue/${us}.lane.0?status=waiting`); await page.waitForTimeout(1500);
  const dump = async (t: string) => console.log(t, await page.evaluate(`[...document.querySelectorAll('button,[role=menuitem],a,[role=dialog],[role=alertdialog],input')].map(e=>e.tagName+'|'+(e.getAttribute('role')||'')+'|'+(e.getAttribute('aria-label')||'')+'|'+(e.title||'')+'|'+e.textContent.trim().slice(0,60)).filter(x=>!/^A\\|\\|/.test(x)).join('\\n')`));
  await dump('LANE');
  const menus = page.locator('button[aria-haspopup=menu], button[aria-label*="ctions"], button[title*="ctions"]');
  console.log('menus', await menus.count());
  for (let i = 0; i < await menus.count(); i++) { const t = await menus.nth(i).getAttribute('aria-label'); try { await menus.nth(i).click({timeout:1000}); await page.waitForTimeout(300); console.log('MENU', i, t, await page.evaluate(`[...document.querySelectorAll('[role=menuitem]')].map(e=>e.textContent.trim()).join(' ; ')`)); await page.keyboard.press('Escape'); await page.waitForTimeout(200);} catch(e){console.log(i,t,String(e).slice(0,100))} }
  await page.goto(`${dash.url}/queues/queue/${us}.dead-letter?status=failed`); await page.waitForTimeout(1500);
  await dump('DEAD');
  await page.getByRole('button', { name: 'Retry all' }).click(); await page.waitForTimeout(500);
  await dump('RETRYALL');
  await page.screenshot({ path: '/tmp/shots/retryall.png' });
  await browser.close(); await dash.process.stop(); await redis.quit();
}, 60000);
