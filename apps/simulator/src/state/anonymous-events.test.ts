import { describe, expect, it } from 'vitest';
import { AnonymousEvents } from './anonymous-events.ts';

const DAY_MS = 24 * 3600_000;
const NOW_MS = 1_772_013_598_000;
const event = (name: string, atMs = NOW_MS) => ({
  id: undefined,
  type: 'event',
  name,
  timestamp: atMs / 1000,
  attributes: {},
});

describe('AnonymousEvents', () => {
  it('hands over the events of the last 30 days', () => {
    const events = new AnonymousEvents(10);
    events.keep('a1', event('old', NOW_MS - 31 * DAY_MS));
    events.keep('a1', event('recent', NOW_MS - 29 * DAY_MS));
    expect(events.claim('a1', 'person', NOW_MS).map(({ name }) => name)).toEqual(['recent']);
  });

  it('gives an anonymous id to the first person only', () => {
    const events = new AnonymousEvents(10);
    events.claim('a1', 'first', NOW_MS);
    events.keep('a1', event('late'));
    expect(events.claim('a1', 'second', NOW_MS)).toEqual([]);
    expect(events.ownerAt('a1', NOW_MS)).toBe('first');
  });

  it('knows the owner for five minutes after the identify', () => {
    const events = new AnonymousEvents(10);
    events.claim('a1', 'person', NOW_MS);
    expect(events.ownerAt('a1', NOW_MS + 5 * 60_000)).toBe('person');
    expect(events.ownerAt('a1', NOW_MS + 5 * 60_000 + 1)).toBeUndefined();
  });

  it('keeps a bounded number of events for each id', () => {
    const events = new AnonymousEvents(2);
    for (const name of ['a', 'b', 'c']) events.keep('a1', event(name));
    expect(events.read('a1').map(({ name }) => name)).toEqual(['b', 'c']);
  });
});
