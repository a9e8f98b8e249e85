import type { Browser, Page } from 'playwright-core';
import type { Credentials } from '../../support/dashboard.ts';

export interface BrowseOptions {
  readonly as: Credentials;
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
}

/** A signed-in page, and whatever its console complained about. */
export async function browse(
  browser: Browser,
  { as, colorScheme = 'light', width = 1280 }: BrowseOptions,
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width, height: 900 },
    httpCredentials: { username: as.user, password: as.password },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
}

/** Bull Board's buttons on a job have icons and no names: their order is retry, duplicate, edit, remove. */
export async function pressRetry(page: Page, jobId: string): Promise<void> {
  const card = page
    .locator('li, article, div')
    .filter({ hasText: jobId })
    .filter({ has: page.getByRole('tab') })
    .last();
  await card.getByRole('button').first().click();
  await page.getByRole('button', { name: 'Confirm' }).click();
}
