import CircuitBreaker from 'opossum';
import { type CircuitEvent, type CircuitOverride, type CircuitStatus, closedCircuit, nextCircuit } from './circuit.ts';

/** What one request says about Customer.io's health. */
export type Health =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly error: string }
  /** Says nothing: unsent, aborted, throttled, refused credentials. */
  | { readonly kind: 'neutral' };

export interface BreakerOutcome<T> {
  readonly health: Health;
  readonly value: T;
}

export type BreakerRun<T> = { readonly ran: true; readonly value: T } | { readonly ran: false };

/** Stops requests while Customer.io is down. One per worker and workspace. */
export interface Breaker {
  readonly status: CircuitStatus;
  /** Whether a request would run now: not while open, nor while another one is on trial. */
  readonly admits: boolean;
  /**
   * Runs `request`, unless the circuit is open, or half-open with another request on trial.
   *
   * @throws what `request` throws; that counts as a failure
   */
  run<T>(request: () => Promise<BreakerOutcome<T>>): Promise<BreakerRun<T>>;
  /** Calls `listener` after every change of state. Returns how to end that. */
  onChange(listener: (status: CircuitStatus) => void): () => void;
  /** Holds the circuit open or closed until it is given back with `undefined`. */
  override(to: CircuitOverride | undefined): void;
  /** Ends its timers; nothing runs any more. */
  stop(): void;
}

export interface BreakerOptions {
  /** Failures in a row that open the circuit. @defaultValue 5 */
  readonly failures?: number;
  /** How long it stays open, in ms, before a request is tried. @defaultValue 30_000 */
  readonly resetMs?: number;
  /** Successes in a row that close it again. @defaultValue 3 */
  readonly successes?: number;
  /** Share by which `resetMs` differs between processes, so that a fleet doesn't probe in step. @defaultValue 0.2 */
  readonly jitter?: number;
  /**
   * A request that takes longer, in ms, is given up as a failure. A backstop far above the request time-out: without it
   * one request that never settles would block the half-open circuit for ever.
   * @defaultValue 60_000
   */
  readonly backstopMs?: number;
  /** Clock in ms. @defaultValue Date.now */
  readonly now?: () => number;
  /** A number in [0, 1). @defaultValue Math.random */
  readonly random?: () => number;
}

const defaults = {
  failures: 5,
  resetMs: 30_000,
  successes: 3,
  jitter: 0.2,
  backstopMs: 60_000,
  now: Date.now,
  random: Math.random,
} satisfies Required<BreakerOptions>;

/**
 * opossum runs the requests, holds the backstop and the reset timer; what opens and closes the circuit is decided by
 * `nextCircuit`. opossum itself knows no consecutive failures, closes on the first success, be it a stale one, and has no
 * outcome that is neither success nor failure. So requests only ever resolve towards it, and what it makes of that (it may
 * close itself during our trial) is of no consequence: admission goes by our status, and `open()` restarts its timer.
 *
 * @see https://nodeshift.dev/opossum/
 */
export function createBreaker(options: BreakerOptions = {}): Breaker {
  const { failures, resetMs, successes, jitter, backstopMs, now, random } = { ...defaults, ...options };
  const policy = { failures, successes };
  const listeners = new Set<(status: CircuitStatus) => void>();
  let circuit = closedCircuit(now());
  let onTrial = false;
  let stopped = false;

  const engine = new CircuitBreaker((request: () => Promise<unknown>) => request(), {
    timeout: backstopMs,
    resetTimeout: resetMs * (1 + jitter * (2 * random() - 1)),
    // Opening is ours alone.
    volumeThreshold: Number.MAX_SAFE_INTEGER,
    enableSnapshots: false,
    rollingPercentilesEnabled: false,
  });

  const apply = (event: CircuitEvent) => {
    const before = circuit;
    circuit = nextCircuit(before, event, policy, now());
    if (circuit.epoch === before.epoch) return;
    onTrial = false;
    const { state, override } = circuit.status;
    // Held open by an operator, it needs no timer; and where a trial follows, the engine must let it through.
    if (state === 'OPEN' && override === undefined) engine.open();
    if (state === 'CLOSED' || override !== undefined || event.kind === 'override') engine.close();
    for (const listener of listeners) listener(circuit.status);
  };
  const admits = () => {
    const { state } = circuit.status;
    return !stopped && state !== 'OPEN' && !(state === 'HALF_OPEN' && onTrial);
  };
  engine.on('halfOpen', () => apply({ kind: 'reset' }));

  return {
    get status() {
      return circuit.status;
    },
    get admits() {
      return admits();
    },
    async run<T>(request: () => Promise<BreakerOutcome<T>>): Promise<BreakerRun<T>> {
      if (!admits()) return { ran: false };
      const { epoch, status } = circuit;
      const { state } = status;
      if (state === 'HALF_OPEN') onTrial = true;
      try {
        const { health, value } = (await engine.fire(request)) as BreakerOutcome<T>;
        if (health.kind === 'success') apply({ kind: 'success', epoch });
        if (health.kind === 'failure') apply({ kind: 'failure', epoch, error: health.error });
        return { ran: true, value };
      } catch (error) {
        apply({ kind: 'failure', epoch, error: error instanceof Error ? error.message : String(error) });
        throw error;
      } finally {
        // Only whoever holds the trial of this epoch gives it back.
        if (state === 'HALF_OPEN' && epoch === circuit.epoch) onTrial = false;
      }
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    override: (to) => apply({ kind: 'override', to }),
    stop() {
      stopped = true;
      engine.shutdown();
    },
  };
}
