import { expect, it } from 'vitest';
import { describeFilter, readRedriveFilter } from './redrive-filter.ts';

it('means everything where nothing is given', () => {
  expect(readRedriveFilter({ workspace: 'default' })).toEqual({ ok: true, filter: {}, texts: {} });
  expect(describeFilter({})).toBe('all');
});

it('reads every field, times in UTC', () => {
  const texts = { group: 'a'.repeat(16), reason: 'R', verb: 'track', name: 'n', source: 's', person: '42' };
  const read = readRedriveFilter({ ...texts, since: '2026-11-21T12:00', until: '2026-11-22', ids: 'A-0, B' });
  const filter = { ...texts, since: Date.UTC(2026, 10, 21, 12), until: Date.UTC(2026, 10, 22), ids: ['A-0', 'B'] };
  expect(read).toMatchObject({ ok: true, filter });
  expect(describeFilter({ person: '42', since: 0 })).toBe('person 42, since 1970-01-01T00:00:00.000Z');
});

it.each([
  [{ since: 'yesterday' }, 'since: expected a time'],
  [{ until: '12:00' }, 'until: expected a time'],
  [{ name: 'x'.repeat(501) }, 'name: expected at most 500 characters, got 501'],
  [{ ids: Array.from({ length: 101 }, (_, n) => n).join(',') }, 'ids: expected at most 100, got 101'],
])('refuses %j instead of leaving it out', (query, problem) => {
  expect(readRedriveFilter(query as Record<string, string>)).toEqual({
    ok: false,
    problem: expect.stringContaining(problem),
  });
});
