import type { Outcome } from './apply/outcome.ts';
import type { Operation } from './operation.ts';

/** Counts since the start or the last `DELETE /_sim/state`. */
export interface StatsReading {
  /** Requests to Track endpoints. */
  readonly requests: number;
  /** Requests by the status that was sent; `none` where a fault kept the answer back. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Operations that were accepted, repeats and ignored ones included. */
  readonly operations: number;
  /** Accepted operations by Customer.io's action. */
  readonly byAction: Readonly<Record<string, number>>;
  /** Accepted events whose ULID was seen before. */
  readonly repeats: number;
  /** Accepted operations that changed nothing, or not all they wanted, by the reason. */
  readonly notApplied: Readonly<Record<string, number>>;
  /** Operations that were refused, in a 207 or a 400. */
  readonly rejected: number;
}

/** The counters. Actions and statuses are of closed sets, so the maps stay small. */
export class Stats {
  #requests = 0;
  #operations = 0;
  #repeats = 0;
  #rejected = 0;
  readonly #byStatus = new Map<string, number>();
  readonly #byAction = new Map<string, number>();
  readonly #notApplied = new Map<string, number>();

  countRequest(): number {
    this.#requests += 1;
    return this.#requests;
  }

  countAnswer(status: number | 'none'): void {
    increment(this.#byStatus, String(status));
  }

  countOperation(operation: Operation, outcome: Outcome): void {
    this.#operations += 1;
    increment(this.#byAction, operation.action);
    if (outcome === 'repeat') this.#repeats += 1;
    else if (outcome !== 'applied') increment(this.#notApplied, outcome);
  }

  countRejected(operations: number): void {
    this.#rejected += operations;
  }

  read(): StatsReading {
    return {
      requests: this.#requests,
      byStatus: Object.fromEntries(this.#byStatus),
      operations: this.#operations,
      byAction: Object.fromEntries(this.#byAction),
      repeats: this.#repeats,
      notApplied: Object.fromEntries(this.#notApplied),
      rejected: this.#rejected,
    };
  }
}

const increment = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
