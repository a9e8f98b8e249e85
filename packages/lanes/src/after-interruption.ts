import { backoffMs, type CircuitState, type Interruption } from '@cio-fleet/delivery';
import type { HeadProgress, LastError } from './head-progress.ts';
import type { HeadRole } from './head-run.ts';
import type { LanePolicy } from './lane-policy.ts';

/** What the lane does when sending stopped before everything was settled. */
export type NextMove =
  /** The head goes back to the front and the lane waits. `progress` undefined: there is nothing to record. */
  | { readonly kind: 'wait'; readonly delayMs: number; readonly progress?: HeadProgress }
  /** What is not settled moves to fallback; the rest is settled now. `delayMs`: the lane sends nothing for so long all the same. */
  | { readonly kind: 'move'; readonly progress: HeadProgress; readonly delayMs?: number };

export interface InterruptionInput {
  readonly interruption: Interruption;
  readonly role: HeadRole;
  readonly progress: HeadProgress;
  readonly circuit: CircuitState;
  /** Whether the lane holds more than it may, or waits longer than it may. */
  readonly overflowing: boolean;
  readonly policy: LanePolicy;
  readonly nowMs: number;
  readonly random: () => number;
}

/** How soon a lane asks again while a single probe decides whether the circuit closes, in ms. */
const HALF_OPEN_DELAY_MS = 100;

/** The lane waits, not the job. Pure. */
export function afterInterruption(input: InterruptionInput): NextMove {
  const { interruption, role, progress, policy } = input;
  switch (interruption.kind) {
    case 'stale':
    case 'aborted':
      return { kind: 'wait', delayMs: 0 };
    case 'circuit-open':
      // Half-open admits one request at a time: it is about to be known whether Customer.io is back, so wait for that.
      if (input.circuit !== 'OPEN') return { kind: 'wait', delayMs: HALF_OPEN_DELAY_MS };
      if (role === 'lane') return { kind: 'move', progress };
      return { kind: 'wait', delayMs: delay(input, policy.fallbackBaseMs, policy.fallbackCapMs, 1) };
    case 'setup': {
      const noted = { ...progress, setups: progress.setups + 1, lastError: lastError(input, interruption.error) };
      const delayMs = delay(input, policy.setupBaseMs, policy.setupCapMs, noted.setups);
      return { kind: role === 'lane' && input.overflowing ? 'move' : 'wait', progress: noted, delayMs };
    }
    case 'throttled': {
      const noted = { ...progress, throttles: progress.throttles + 1, lastError: lastError(input, interruption.error) };
      const asked = interruption.retryAfterMs;
      const ownMs = delay(input, policy.retryBaseMs, policy.laneDelayCapMs, noted.throttles);
      const delayMs = Math.min(asked ?? ownMs, policy.laneDelayCapMs);
      return { kind: role === 'lane' && input.overflowing ? 'move' : 'wait', progress: noted, delayMs };
    }
    case 'transient': {
      const attempts = progress.attempts + 1;
      const noted = { ...progress, attempts, lastError: lastError(input, interruption.error) };
      if (role !== 'lane') {
        return {
          kind: 'wait',
          progress: noted,
          delayMs: delay(input, policy.fallbackBaseMs, policy.fallbackCapMs, attempts),
        };
      }
      if (attempts > policy.retries) return { kind: 'move', progress: noted };
      return {
        kind: 'wait',
        progress: noted,
        delayMs: delay(input, policy.retryBaseMs, policy.laneDelayCapMs, attempts),
      };
    }
  }
}

function delay({ random }: InterruptionInput, baseMs: number, capMs: number, attempt: number): number {
  return backoffMs({ attempt, baseMs, capMs, random });
}

function lastError(input: InterruptionInput, error: { code: string; message: string; statusCode?: number }): LastError {
  return { ...error, at: input.nowMs };
}
