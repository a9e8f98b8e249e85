import type { Answer } from './answer.ts';
import type { Breaker, Health } from './breaker.ts';
import { classify } from './classify.ts';

export interface CircuitProbeOptions {
  readonly breaker: Breaker;
  /** A small request that changes nothing. Its answer tells whether Customer.io is back. */
  readonly probe: () => Promise<Answer>;
  /** How long a half-open circuit waits for real traffic before it is probed, and between probes, in ms. */
  readonly intervalMs: number;
  /** What went wrong where nothing should; must not throw. */
  readonly onError: (error: unknown) => void;
}

/**
 * Closes the half-open circuit of a worker that has nothing to send. Without it an idle worker would report HALF_OPEN until
 * its next operation, long after the outage is over. Real traffic comes first: while a request is on trial, a probe is not
 * admitted.
 *
 * @returns how to end it
 */
export function startCircuitProbe({ breaker, probe, intervalMs, onError }: CircuitProbeOptions): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const tryOnce = async (): Promise<void> => {
    await breaker.run(async () => ({ health: healthOf(await probe()), value: undefined }));
  };
  const schedule = (): void => {
    clearTimeout(timer);
    if (stopped || breaker.status.state !== 'HALF_OPEN') return;
    timer = setTimeout(() => {
      if (breaker.status.state === 'HALF_OPEN') void tryOnce().catch(onError).finally(schedule);
    }, intervalMs);
  };
  const unsubscribe = breaker.onChange(schedule);
  return () => {
    // A probe under way schedules the next one when it ends.
    stopped = true;
    unsubscribe();
    clearTimeout(timer);
  };
}

/** An answer of any kind is a sign of life; credentials that are refused and throttling say nothing of it. */
function healthOf(answer: Answer): Health {
  const verdict = classify(answer, 1);
  switch (verdict.kind) {
    case 'transient':
      return { kind: 'failure', error: `${verdict.error.code}: ${verdict.error.message}` };
    case 'setup':
    case 'throttled':
      return { kind: 'neutral' };
    default:
      return { kind: 'success' };
  }
}
