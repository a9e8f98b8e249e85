import { crc32 } from 'node:zlib';
import type { Operation } from '@cio-fleet/contracts';
import type { Arrival } from '@cio-fleet/simulator';
import { type NumberedArrival, readNumbered } from './numbered-operation.ts';
import {
  isErased,
  type NumberedOperation,
  newPersonHistory,
  operationOf,
  type PersonHistory,
} from './person-history.ts';

/** What the receiver saw, held against what producers were told `ok`. */
export interface Verdict {
  /** Operations that a producer was told `ok` for. */
  readonly accepted: number;
  /** Accepted, never arrived, and nothing excuses it. */
  readonly lost: number;
  /** Accepted within a time whose writes Redis may have lost (a fail-over; a power cut without `appendfsync always`), and never arrived. */
  readonly lostByRedis: number;
  /** First arrivals of a person after a later one of the same person; refused and redriven ones are late by nature. */
  readonly outOfOrder: number;
  /** Arrivals of what had arrived before. */
  readonly repeats: number;
  /** Of the repeats those that Customer.io does not drop by their ULID: identifies, suppresses, deletes. Harmless by nature. */
  readonly naturalRepeats: number;
  /** Events that arrived again under another ULID, which Customer.io would count twice. */
  readonly doubled: number;
  /** Operations older than their person's suppress or delete that arrived after it. */
  readonly undead: number;
  /** Accepted, and rightly never arrived: their person's suppress or delete came after them. */
  readonly erased: number;
  /** Accepted, and dropped by an operator as they were meant to be. */
  readonly discarded: number;
  /** A few examples of what is wrong, for people. */
  readonly examples: readonly string[];
}

/** Whose calls and answers the checker is told of. */
export interface LoadRecord {
  /** The next number of a person; counts as accepted only once `accepted` is called with it. */
  next(person: string): number;
  accepted(person: string, n: number): void;
  /** Operation `n` is the suppress or delete of this person; told before the call, since nobody may hear its answer. */
  erasing(person: string, n: number): void;
}

/** Numbers each person's operations, and judges their arrival. */
export interface ArrivalChecker extends LoadRecord {
  /** The call of operation `n` was answered before Redis took it; `accepted` follows once it is known that Redis did. */
  retained(person: string, n: number): void;
  /** Operation `n` is a dead letter that is redriven, so it is late by nature. */
  late(person: string, n: number): void;
  /** Operation `n` may be dropped by an operator. */
  discardable(person: string, n: number): void;
  /**
   * What was accepted from `fromMs` to now (by `performance.now`) Redis may have lost. `isCovered`: spools have it still, so nothing
   * may be lost; but an erasure's mark is missing until it comes back.
   */
  mayHaveLostSince(fromMs: number, isCovered?: boolean): void;
  /** To be given to the simulator's `onOperation`. */
  arrived(arrival: Arrival): void;
  /** Accepted operations that have arrived. */
  arrivedCount(): number;
  acceptedCount(): number;
  /** For each time (rising, by `performance.now`): how long after it the last operation accepted before it arrived, in ms. */
  recoveriesMs(timesMs: readonly number[]): readonly number[];
  verdict(): Verdict;
}

const MOST_EXAMPLES = 10;

export function createArrivalChecker(): ArrivalChecker {
  const persons = new Map<string, PersonHistory>();
  const counters = new Map<string, number>();
  const riskyTimes: { readonly fromMs: number; readonly toMs: number; readonly isCovered: boolean }[] = [];
  const examples: string[] = [];
  const counts = { accepted: 0, arrived: 0, outOfOrder: 0, repeats: 0, naturalRepeats: 0, doubled: 0, undead: 0 };

  function historyOf(person: string): PersonHistory {
    let history = persons.get(person);
    if (history === undefined) {
      history = newPersonHistory();
      persons.set(person, history);
    }
    return history;
  }

  function note(example: string): void {
    if (examples.length < MOST_EXAMPLES) examples.push(example);
  }

  function wasRisky({ acceptedAtMs, askedAtMs }: NumberedOperation, isCovered: boolean): boolean {
    if (acceptedAtMs === undefined) return false;
    // When exactly Redis took what was retained nobody knows.
    const earliestMs = askedAtMs ?? acceptedAtMs;
    return riskyTimes.some(
      (risky) => risky.toMs >= earliestMs && risky.fromMs <= acceptedAtMs && (isCovered || !risky.isCovered),
    );
  }

  function arriveErasure(arrival: NumberedArrival, history: PersonHistory): void {
    if (history.erasure === undefined) {
      // The word of the producer's process is still on its way.
      history.earlyErasure = arrival;
      return;
    }
    arriveOne(arrival, history, history.erasure);
    history.hasErasureArrived = true;
  }

  function arriveOne(arrival: NumberedArrival, history: PersonHistory, n: number): void {
    const { person, kind, wireId } = arrival;
    const operation = operationOf(history, n);
    const isUndead = history.hasErasureArrived && history.erasure !== undefined && n < history.erasure;
    // Where Redis lost the accepted erasure, it lost the mark with it.
    if (isUndead && !wasRisky(operationOf(history, history.erasure ?? 0), true)) {
      counts.undead += 1;
      note(`undead: ${person} #${n} after its erasure #${history.erasure}`);
    }
    const hash = wireId === undefined ? undefined : crc32(wireId);
    if (operation.arrivedAtMs !== undefined) {
      counts.repeats += 1;
      if (kind !== 'event') counts.naturalRepeats += 1;
      else if (hash !== operation.wireId) {
        counts.doubled += 1;
        note(`doubled: ${person} #${n} under another ULID (${wireId})`);
      }
      return;
    }
    operation.arrivedAtMs = performance.now();
    if (hash !== undefined) operation.wireId = hash;
    if (operation.acceptedAtMs !== undefined) counts.arrived += 1;
    if (arrival.isLate) operation.isLate = true;
    if (operation.isLate || isUndead) return;
    if (n < history.highest) {
      counts.outOfOrder += 1;
      note(`out of order: ${person} #${n} after #${history.highest}`);
    }
    history.highest = Math.max(history.highest, n);
  }

  function eachAccepted(
    visit: (person: string, n: number, operation: NumberedOperation, history: PersonHistory) => void,
  ) {
    for (const [person, history] of persons) {
      for (const [n, operation] of history.operations.entries()) {
        if (operation.acceptedAtMs !== undefined) visit(person, n, operation, history);
      }
    }
  }

  return {
    next(person) {
      const n = counters.get(person) ?? 0;
      counters.set(person, n + 1);
      return n;
    },
    retained(person, n) {
      operationOf(historyOf(person), n).askedAtMs = performance.now();
    },
    accepted(person, n) {
      const operation = operationOf(historyOf(person), n);
      if (operation.acceptedAtMs !== undefined) throw new Error(`${person} #${n} was accepted twice`);
      operation.acceptedAtMs = performance.now();
      counts.accepted += 1;
      if (operation.arrivedAtMs !== undefined) counts.arrived += 1;
    },
    erasing(person, n) {
      const history = historyOf(person);
      history.erasure = n;
      if (history.earlyErasure === undefined) return;
      // What came after it may have been seen before it.
      operationOf(history, n).isLate = true;
      arriveErasure(history.earlyErasure, history);
      history.earlyErasure = undefined;
    },
    late(person, n) {
      operationOf(historyOf(person), n).isLate = true;
    },
    discardable(person, n) {
      const operation = operationOf(historyOf(person), n);
      operation.isDiscardable = true;
      operation.isLate = true;
    },
    mayHaveLostSince(fromMs, isCovered = false) {
      riskyTimes.push({ fromMs, toMs: performance.now(), isCovered });
    },
    arrived({ operation }) {
      const arrival = readNumbered(operation as Operation);
      if (arrival === undefined) return;
      const history = historyOf(arrival.person);
      if (arrival.kind === 'erasure') arriveErasure(arrival, history);
      else for (const n of arrival.numbers) arriveOne(arrival, history, n);
    },
    arrivedCount: () => counts.arrived,
    acceptedCount: () => counts.accepted,
    recoveriesMs(timesMs) {
      const recoveries = timesMs.map(() => 0);
      eachAccepted((_person, _n, { acceptedAtMs = 0, arrivedAtMs, isLate }) => {
        if (arrivedAtMs === undefined || isLate) return;
        for (const [i, timeMs] of timesMs.entries()) {
          if (acceptedAtMs <= timeMs && arrivedAtMs > timeMs) {
            recoveries[i] = Math.max(recoveries[i] ?? 0, arrivedAtMs - timeMs);
          }
        }
      });
      return recoveries;
    },
    verdict() {
      const { arrived: _, ...judged } = counts;
      const missing = { lost: 0, lostByRedis: 0, erased: 0, discarded: 0 };
      const lost: string[] = [];
      eachAccepted((person, n, operation, history) => {
        if (operation.arrivedAtMs !== undefined) return;
        if (isErased(history, n)) missing.erased += 1;
        else if (operation.isDiscardable) missing.discarded += 1;
        else if (wasRisky(operation, false)) missing.lostByRedis += 1;
        else {
          missing.lost += 1;
          if (lost.length < MOST_EXAMPLES) lost.push(`lost: ${person} #${n}`);
        }
      });
      return { ...judged, ...missing, examples: [...examples, ...lost].slice(0, MOST_EXAMPLES) };
    },
  };
}
