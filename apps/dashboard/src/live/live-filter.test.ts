import { expect, it } from 'vitest';
import { matchesLive, readLiveFilter } from './live-filter.ts';

const outcome = { time: 1, outcome: 'failed', operationId: '01J', action: 'track', person: 'id:Ada', source: 'shop' };

it.each([
  [{}, true],
  [{ outcome: 'failed' }, true],
  [{ outcome: 'delivered' }, false],
  [{ source: 'shop' }, true],
  [{ source: 'sho' }, false],
  [{ text: 'ADA' }, true],
  [{ text: 'trac' }, true],
  [{ text: 'bob' }, false],
  [{ outcome: 'failed', source: 'shop', text: '01j' }, true],
])('by %j shows it: %s', (query, isShown) => {
  expect(matchesLive(outcome, readLiveFilter(query as Record<string, string>))).toBe(isShown);
});
