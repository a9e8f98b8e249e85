/** State of a circuit breaker, as every page, metric and endpoint names it. */
export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** One worker's circuit, as its heartbeat tells it. */
export interface Circuit {
  readonly state: CircuitState;
  /** When it came into this state, in ms since the epoch; `null` where unknown. */
  readonly since: number | null;
  /** Failures in a row. */
  readonly failureCount: number;
  /** When it failed last, in ms since the epoch. */
  readonly lastFailure: number | null;
  readonly lastError: string | null;
}

/** What a workspace without a live worker reports: nothing is delivered, so nobody may read it as healthy. */
export const NO_CIRCUIT: Circuit = { state: 'OPEN', since: null, failureCount: 0, lastFailure: null, lastError: null };

const SEVERITY = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 } as const satisfies Record<CircuitState, number>;

/**
 * The worst of several circuits: the worst state, since when one is in it, the highest count, the newest failure. None at
 * all is {@link NO_CIRCUIT}.
 */
export function worstCircuit(circuits: readonly Circuit[]): Circuit {
  let worst: Circuit | undefined;
  for (const circuit of circuits) worst = worst === undefined ? circuit : worseOf(worst, circuit);
  return worst ?? NO_CIRCUIT;
}

function worseOf(left: Circuit, right: Circuit): Circuit {
  const state = SEVERITY[left.state] >= SEVERITY[right.state] ? left.state : right.state;
  const inState = [left, right].filter((circuit) => circuit.state === state);
  const since = inState.map((circuit) => circuit.since).filter((at) => at !== null);
  const [older, newer] = (left.lastFailure ?? 0) > (right.lastFailure ?? 0) ? [right, left] : [left, right];
  return {
    state,
    since: since.length === 0 ? null : Math.min(...since),
    failureCount: Math.max(left.failureCount, right.failureCount),
    lastFailure: newer.lastFailure,
    lastError: newer.lastError ?? older.lastError,
  };
}
