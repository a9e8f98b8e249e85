import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Where pictures for people go; none are taken where it isn't set. */
const FOLDER = process.env.DASHBOARD_SCREENSHOTS;

/** A picture of the whole page, to be looked at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (FOLDER === undefined) return;
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
}
