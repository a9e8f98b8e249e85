import { describe, expect, it } from 'vitest';
import { newPerson, type Person } from './person.ts';
import { RecentEvents } from './recent-events.ts';

const add = (recent: RecentEvents, person: Person, ...names: readonly string[]) => {
  for (const name of names) recent.add(person, { id: undefined, type: 'event', name, timestamp: 1, attributes: {} });
};
const namesOf = (person: Person) => person.events.map(({ name }) => name).join('');

describe('RecentEvents', () => {
  it('keeps the last events of a person and counts all', () => {
    const person = newPerson('a');
    add(new RecentEvents(3, 100), person, 'a', 'b', 'c', 'd', 'e');
    expect([namesOf(person), person.eventCount]).toEqual(['cde', 5]);
  });

  it('forgets the oldest of all people beyond the bound for all', () => {
    const [first, second] = [newPerson('a'), newPerson('b')];
    const recent = new RecentEvents(10, 4);
    add(recent, first, 'a', 'b');
    add(recent, second, 'c', 'd', 'e');
    expect([namesOf(first), namesOf(second)]).toEqual(['b', 'cde']);
  });

  it('spares the recent events of a person whose older ones went by their own bound', () => {
    const [busy, other] = [newPerson('a'), newPerson('b')];
    const recent = new RecentEvents(2, 6);
    add(recent, busy, 'a', 'b', 'c', 'd', 'e', 'f');
    add(recent, other, 'x', 'y');
    expect([namesOf(busy), namesOf(other)]).toEqual(['ef', 'xy']);
  });
});
