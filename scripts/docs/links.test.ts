import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, codeSpansOf, type Page, proseOf, ROOT, readPage, readPages } from './pages.ts';

const pages = readPages();

/** The links of a page to places of this project. */
function localLinks({ text }: Page): readonly string[] {
  const targets = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function brokenLinks(page: Page): readonly string[] {
  return localLinks(page).filter((link) => {
    const [target = '', anchor] = link.split('#');
    const path = target === '' ? page.path : normalize(join(dirname(page.path), target));
    if (!existsSync(`${ROOT}${path}`)) return true;
    return anchor !== undefined && path.endsWith('.md') && !anchorsOf(readPage(path)).includes(anchor);
  });
}

describe('links', () => {
  it.each(pages.map((page) => [page.path, page] as const))('of %s lead to files and headings that exist', (_, page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it('lead from docs/README.md to every page below docs', () => {
    const linked = localLinks(readPage('docs/README.md')).map((link) => `docs/${link}`);
    const listed = pages
      .map(({ path }) => path)
      .filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
    expect(listed.filter((path) => !linked.includes(path))).toEqual([]);
  });
});

describe('paths', () => {
  it.each(pages.map((page) => [page.path, page] as const))('that %s names are those of the code', (_, { text }) => {
    const named = codeSpansOf(text).filter((span) => /^(apps|packages|scripts|docs)\/[\w./-]+$/.test(span));
    const missing = named.filter((path) => statSync(`${ROOT}${path}`, { throwIfNoEntry: false }) === undefined);
    expect(missing).toEqual([]);
  });
});
