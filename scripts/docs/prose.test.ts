import { describe, expect, it } from 'vitest';
import { proseOf, readPage, readPages } from './pages.ts';

const pages = readPages();
const byPath = pages.map((page) => [page.path, page] as const);

describe('the text', () => {
  it.each(byPath)('of %s leaves nothing to be written later', (_, { text }) => {
    expect(text.match(/\b(TODO|FIXME|TBD|XXX|lorem ipsum)\b/gi)).toBeNull();
  });

  it.each(byPath)('of %s has no dash where a full stop or a comma does', (_, { text }) => {
    const words = text.split(/\s+/).length;
    const dashes = proseOf(text).match(/\p{L} ?— ?\p{L}/gu)?.length ?? 0;
    expect(dashes).toBeLessThanOrEqual(Math.floor(words / 1000));
  });

  it.each(byPath)('of %s begins with its only title', (_, { text }) => {
    expect(text).toMatch(/^# \S/);
    expect(proseOf(text).match(/^# /gm)).toHaveLength(1);
  });
});

describe('decisions', () => {
  const decisions = pages.filter(({ path }) => path.startsWith('docs/decisions/'));

  it('are numbered without a gap', () => {
    const numbers = decisions.map(({ path }) => Number(/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]));
    expect(numbers).toEqual(decisions.map((_, index) => index + 1));
  });

  it.each(decisions.map((page) => [page.path, page] as const))(
    'such as %s say why, what, by what evidence and with what consequence',
    (_, { text }) => {
      const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual(['Context', 'Decision', 'Evidence', 'Consequences']);
    },
  );
});

describe('the glossary', () => {
  const WORDS =
    'operation, person, workspace, job, lane, head, follower, batch, attempt, outcome, settled, fallback, held, dead letter, redrive, journal, spool, quiet, stop';

  it.each(WORDS.split(', '))('explains "%s"', (word) => {
    expect(readPage('docs/glossary.md').text).toMatch(new RegExp(`^\\*\\*${word}\\*\\*`, 'm'));
  });
});
