import type { Person, StoredEvent } from './person.ts';

/**
 * Appends events to people and forgets the oldest beyond two bounds, one for each person and one for all. Counts stay
 * exact; only what can be read out is bounded, so that hours of load don't fill the memory.
 */
export class RecentEvents {
  readonly #maxPerPerson: number;
  readonly #maxInAll: number;
  /** Two rings side by side: which event came when, and whose it was. */
  readonly #events: (StoredEvent | undefined)[] = [];
  readonly #owners: (Person | undefined)[] = [];
  #next = 0;

  constructor(maxPerPerson: number, maxInAll: number) {
    this.#maxPerPerson = maxPerPerson;
    this.#maxInAll = maxInAll;
  }

  add(person: Person, event: StoredEvent): void {
    person.eventCount += 1;
    if (this.#maxPerPerson === 0 || this.#maxInAll === 0) return;
    if (person.events.length >= this.#maxPerPerson) person.events.shift();
    person.events.push(event);
    this.#forgetOldest();
    this.#events[this.#next] = event;
    this.#owners[this.#next] = person;
    this.#next = (this.#next + 1) % this.#maxInAll;
  }

  /** The slot to be written over holds the oldest event of all, unless its owner has forgotten or lost it already. */
  #forgetOldest(): void {
    const owner = this.#owners[this.#next];
    if (owner !== undefined && owner.events[0] === this.#events[this.#next]) owner.events.shift();
  }
}
