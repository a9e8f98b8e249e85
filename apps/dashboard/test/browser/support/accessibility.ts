import axe from 'axe-core';
import type { Page } from 'playwright-core';

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds wrong with a page that keeps somebody from using it, in words. */
export async function barriersOf(page: Page): Promise<readonly string[]> {
  // As the debugger evaluates it: the policy of the page forbids scripts that aren't its own.
  await page.evaluate(axe.source);
  const violations = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  )) as readonly Violation[];
  return violations
    .filter(({ impact, id }) => ['serious', 'critical'].includes(impact) || ['heading-order', 'region'].includes(id))
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
