/** As the health endpoint and the metrics name it. */
export type CircuitState = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

/** What a breaker knows of itself. */
export interface CircuitStatus {
  readonly state: CircuitState;
  /** When it came into this state, in ms. */
  readonly since: number;
  /** Failures in a row; while not CLOSED, those that opened it and any since. */
  readonly failureCount: number;
  /** When a request failed last, in ms. */
  readonly lastFailure: number | null;
  readonly lastError: string | null;
  /** Set while an operator holds the circuit in this state. */
  readonly override?: CircuitOverride;
}

/** An operator's will: `open` sends nothing, `closed` sends whatever happens. */
export type CircuitOverride = 'open' | 'closed';

/** The decisions' view of a breaker: its status, and how far a trial has come. */
export interface Circuit {
  readonly status: CircuitStatus;
  /** Successes in a row since it half-opened. */
  readonly trialSuccesses: number;
  /** Moves with every change of state. What was sent in another epoch says nothing about this one. */
  readonly epoch: number;
}

export interface CircuitPolicy {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Successes in a row that close it again. */
  readonly successes: number;
}

export type CircuitEvent =
  | { readonly kind: 'success'; readonly epoch: number }
  | { readonly kind: 'failure'; readonly epoch: number; readonly error: string }
  /** The reset time is over. */
  | { readonly kind: 'reset' }
  /** An operator takes the circuit over, or gives it back. */
  | { readonly kind: 'override'; readonly to: CircuitOverride | undefined };

export function closedCircuit(nowMs: number): Circuit {
  const status = { state: 'CLOSED', since: nowMs, failureCount: 0, lastFailure: null, lastError: null } as const;
  return { status, trialSuccesses: 0, epoch: 0 };
}

/**
 * What `event` makes of `circuit`. Successes and failures of requests that were sent before the last change of state are
 * stale: an answer from before it opened must neither close it nor open it again.
 */
export function nextCircuit(circuit: Circuit, event: CircuitEvent, policy: CircuitPolicy, nowMs: number): Circuit {
  const { status } = circuit;
  if (event.kind === 'override') return overridden(circuit, event.to, nowMs);
  if (status.override === 'open') return circuit;
  if (event.kind === 'reset') return status.state === 'OPEN' ? enter('HALF_OPEN', circuit, nowMs) : circuit;
  if (event.epoch !== circuit.epoch || status.state === 'OPEN') return circuit;
  if (event.kind === 'failure') {
    const failureCount = status.failureCount + 1;
    const failed = { ...circuit, status: { ...status, failureCount, lastFailure: nowMs, lastError: event.error } };
    if (status.override === 'closed') return failed;
    const opens = status.state === 'HALF_OPEN' || failureCount >= policy.failures;
    return opens ? enter('OPEN', failed, nowMs) : failed;
  }
  if (status.state === 'CLOSED') {
    return status.failureCount === 0 ? circuit : { ...circuit, status: { ...status, failureCount: 0 } };
  }
  const trialSuccesses = circuit.trialSuccesses + 1;
  if (trialSuccesses < policy.successes) return { ...circuit, trialSuccesses };
  const closed = enter('CLOSED', circuit, nowMs);
  return { ...closed, status: { ...closed.status, failureCount: 0 } };
}

function enter(state: CircuitState, circuit: Circuit, nowMs: number): Circuit {
  return { status: { ...circuit.status, state, since: nowMs }, trialSuccesses: 0, epoch: circuit.epoch + 1 };
}

/** Given back from `open`, it goes on with a trial: nobody knows how Customer.io is. */
function overridden(circuit: Circuit, to: CircuitOverride | undefined, nowMs: number): Circuit {
  const { override, ...status } = circuit.status;
  if (to === override) return circuit;
  const free = { ...circuit, status: { ...status, failureCount: to === 'open' ? status.failureCount : 0 } };
  if (to === undefined) return override === 'open' ? enter('HALF_OPEN', free, nowMs) : enter('CLOSED', free, nowMs);
  const held = enter(to === 'open' ? 'OPEN' : 'CLOSED', free, nowMs);
  return { ...held, status: { ...held.status, override: to } };
}
