import type { Outcome } from './apply/outcome.ts';
import type { Operation } from './operation.ts';

/** One operation that was accepted, in the order of arrival. */
export interface Arrival {
  /** Counts from 1 over all workspaces. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** The workspace that it came to. */
  readonly siteId: string;
  /** The number of its request, from 1; operations of one batch share it. */
  readonly request: number;
  /** In v2's shape; v1 calls are turned into it. */
  readonly operation: Operation;
  readonly outcome: Outcome;
  /** Whether it is an event whose ULID was seen before. */
  readonly repeat: boolean;
}

/** Told of every accepted operation, in order, before its request is answered. */
export type ArrivalListener = (arrival: Arrival) => void;

/** The last arrivals, and those who want to hear of each. */
export class ArrivalLog {
  readonly #capacity: number;
  readonly #ring: Arrival[] = [];
  readonly #listeners = new Set<ArrivalListener>();
  #sequence = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get sequence(): number {
    return this.#sequence;
  }

  add(arrival: Omit<Arrival, 'sequence'>): void {
    this.#sequence += 1;
    const { receivedAt, siteId, request, operation, outcome, repeat } = arrival;
    const entry = { sequence: this.#sequence, receivedAt, siteId, request, operation, outcome, repeat };
    if (this.#capacity > 0) this.#ring[(this.#sequence - 1) % this.#capacity] = entry;
    for (const listener of this.#listeners) listener(entry);
  }

  /** @returns a function that ends it */
  listen(listener: ArrivalListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The kept arrivals after `sequence`, oldest first: the first `limit` of them, or the last when no start is given. */
  read({ after, limit }: { readonly after?: number; readonly limit: number }): readonly Arrival[] {
    const kept = Math.min(this.#ring.length, this.#sequence);
    const oldest = this.#sequence - kept;
    const from = after === undefined ? Math.max(oldest, this.#sequence - limit) : Math.max(oldest, after);
    const count = Math.min(limit, this.#sequence - from);
    return Array.from(
      { length: Math.max(0, count) },
      (_, index) => this.#ring[(from + index) % this.#capacity] as Arrival,
    );
  }

  /** Forgets the arrivals; listeners and the sequence go on. */
  clear(): void {
    this.#ring.length = 0;
  }
}
