import type { CircuitStatus } from '@cio-fleet/delivery';

/** What a worker tells the fleet about one workspace, every second. JSON in Redis, with a TTL. */
export interface Heartbeat {
  readonly id: string;
  /** Redis's time of the beat, ms. */
  readonly at: number;
  readonly startedAt: number;
  readonly version: string;
  readonly pid: number;
  readonly host: string;
  /** Port of its health endpoints. */
  readonly port: number;
  readonly lanes: readonly number[];
  readonly fallback: boolean;
  readonly deadLetter: boolean;
  /** It takes no new work. */
  readonly quiet: boolean;
  readonly memoryBytes: number;
  readonly eventLoopLagMs: number;
  readonly circuit: CircuitStatus;
  /** Operations delivered and requests sent since it started. */
  readonly delivered: number;
  readonly requests: number;
  readonly lastError: { readonly code: string; readonly message: string; readonly at: number } | null;
}

/** How often a worker beats, in ms. */
export const HEARTBEAT_INTERVAL_MS = 1000;

/** A worker that was silent for this long has no share in the lanes, in ms. */
export const HEARTBEAT_TTL_MS = 5000;
