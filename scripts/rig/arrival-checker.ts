import type { Operation } from '@cio-fleet/contracts';
import type { Arrival } from '@cio-fleet/simulator';

/** What the receiver saw, held against what producers were told `ok`. */
export interface Verdict {
  /** Operations that a producer was told `ok` for. */
  readonly accepted: number;
  /** Accepted, and never arrived. */
  readonly lost: number;
  /** First arrivals of a person after a later one of the same person. */
  readonly outOfOrder: number;
  /** Arrivals of what had arrived before. */
  readonly repeats: number;
  /** A few examples of what is wrong, for people. */
  readonly examples: readonly string[];
}

/**
 * Numbers each person's operations and checks their arrival. An operation carries its number in its attributes: a track as
 * `n`, an identify as a name of its own (`n12`), so that numbers survive merging.
 */
export interface ArrivalChecker {
  /** The next number of a person; counts as accepted only once `accepted` is called with it. */
  next(person: string): number;
  accepted(person: string, n: number): void;
  /** To be given to the simulator's `onOperation`. */
  arrived(arrival: Arrival): void;
  /** Accepted operations that have arrived. */
  arrivedCount(): number;
  acceptedCount(): number;
  verdict(): Verdict;
}

export function createArrivalChecker(): ArrivalChecker {
  const counters = new Map<string, number>();
  const accepted = new Map<string, Set<number>>();
  const arrivals = new Map<string, number[]>();
  const seen = new Set<string>();
  let acceptedCount = 0;
  let arrivedAccepted = 0;
  let repeats = 0;

  return {
    next(person) {
      const n = counters.get(person) ?? 0;
      counters.set(person, n + 1);
      return n;
    },
    accepted(person, n) {
      const numbers = accepted.get(person) ?? new Set();
      accepted.set(person, numbers.add(n));
      acceptedCount += 1;
      if (seen.has(`${person} ${n}`)) arrivedAccepted += 1;
    },
    arrived({ operation }) {
      const person = personOf(operation as Operation);
      if (person === undefined) return;
      for (const n of numbersOf(operation as Operation)) {
        const key = `${person} ${n}`;
        if (seen.has(key)) {
          repeats += 1;
          continue;
        }
        seen.add(key);
        if (accepted.get(person)?.has(n)) arrivedAccepted += 1;
        const order = arrivals.get(person) ?? [];
        order.push(n);
        arrivals.set(person, order);
      }
    },
    arrivedCount: () => arrivedAccepted,
    acceptedCount: () => acceptedCount,
    verdict() {
      const examples: string[] = [];
      const note = (example: string) => {
        if (examples.length < 10) examples.push(example);
      };
      let lost = 0;
      let outOfOrder = 0;
      for (const [person, numbers] of accepted) {
        for (const n of numbers) {
          if (seen.has(`${person} ${n}`)) continue;
          lost += 1;
          note(`lost: ${person} #${n}`);
        }
      }
      for (const [person, order] of arrivals) {
        let highest = -1;
        for (const n of order) {
          if (n < highest) {
            outOfOrder += 1;
            note(`out of order: ${person} #${n} after #${highest}`);
          }
          highest = Math.max(highest, n);
        }
      }
      return { accepted: acceptedCount, lost, outOfOrder, repeats, examples };
    },
  };
}

function personOf(operation: Operation): string | undefined {
  if (operation.type !== 'person' || !('identifiers' in operation)) return undefined;
  return 'id' in operation.identifiers ? operation.identifiers.id : undefined;
}

function numbersOf(operation: Operation): number[] {
  const attributes = 'attributes' in operation ? (operation.attributes ?? {}) : {};
  if (typeof attributes.n === 'number') return [attributes.n];
  const names = Object.keys(attributes).filter((name) => /^n\d+$/.test(name));
  return names.map((name) => Number(name.slice(1))).sort((a, b) => a - b);
}
