import type { StoredEvent } from './person.ts';

const RETENTION_SECONDS = 30 * 24 * 3600;
const GRACE_MS = 5 * 60_000;
const MAX_ANONYMOUS_IDS = 50_000;

interface Owner {
  readonly cioId: string;
  readonly sinceMs: number;
}

/**
 * Events of people who are not identified yet. Identifying a person with an `anonymous_id` hands them over; those that
 * arrive more than five minutes after that stay anonymous. An anonymous id belongs to one person and is not reusable.
 *
 * @see https://docs.customer.io/journeys/anonymous-events/
 */
export class AnonymousEvents {
  readonly #pending = new Map<string, StoredEvent[]>();
  readonly #owners = new Map<string, Owner>();
  readonly #maxEventsPerId: number;

  constructor(maxEventsPerId: number) {
    this.#maxEventsPerId = maxEventsPerId;
  }

  /** The `cio_id` of the person that an event of this anonymous id belongs to by now, if any. */
  ownerAt(anonymousId: string, nowMs: number): string | undefined {
    const owner = this.#owners.get(anonymousId);
    return owner !== undefined && nowMs - owner.sinceMs <= GRACE_MS ? owner.cioId : undefined;
  }

  keep(anonymousId: string, event: StoredEvent): void {
    const events = this.#pending.get(anonymousId) ?? [];
    if (events.length === 0) {
      forgetOldestOf(this.#pending);
      this.#pending.set(anonymousId, events);
    }
    if (events.length >= this.#maxEventsPerId) events.shift();
    events.push(event);
  }

  /** Binds the id to a person and returns the events of the last 30 days; none where it is another person's. */
  claim(anonymousId: string, cioId: string, nowMs: number): readonly StoredEvent[] {
    if (this.#owners.has(anonymousId)) return [];
    forgetOldestOf(this.#owners);
    this.#owners.set(anonymousId, { cioId, sinceMs: nowMs });
    const events = this.#pending.get(anonymousId) ?? [];
    this.#pending.delete(anonymousId);
    const oldestSeconds = nowMs / 1000 - RETENTION_SECONDS;
    return events.filter(({ timestamp }) => !(Number(timestamp) < oldestSeconds));
  }

  read(anonymousId: string): readonly StoredEvent[] {
    return this.#pending.get(anonymousId) ?? [];
  }
}

/** Maps keep insertion order, so the first key is the oldest. */
function forgetOldestOf(map: Map<string, unknown>): void {
  if (map.size < MAX_ANONYMOUS_IDS) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
