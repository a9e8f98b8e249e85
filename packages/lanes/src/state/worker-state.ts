import type { Circuit, CircuitState } from './circuit.ts';
import { numberOf, objectOf, parseObject, textOf } from './loose-json.ts';

/** What went wrong last, and when. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  /** In ms since the epoch. */
  readonly at: number | null;
}

/** A live worker, as its last heartbeat tells. */
export interface WorkerState {
  readonly id: string;
  /** Its last heartbeat, in ms since the epoch. */
  readonly at: number | null;
  readonly startedAt: number | null;
  readonly version: string;
  readonly pid: number | null;
  readonly host: string;
  readonly port: number | null;
  /** The lanes assigned to it. */
  readonly lanes: readonly number[];
  /** Whether it consumes fallback. */
  readonly fallback: boolean;
  /** Whether it consumes dead letters that are being redriven. */
  readonly deadLetter: boolean;
  /** It takes no new work: it is about to stop. */
  readonly quiet: boolean;
  readonly memoryBytes: number | null;
  readonly eventLoopLagMs: number | null;
  readonly circuit: Circuit;
  /** Operations that it delivered since its start. */
  readonly delivered: number;
  /** Requests that it sent since its start. */
  readonly requests: number;
  readonly lastError: ReportedError | null;
}

/** Reads a heartbeat, written by a worker of this or another version; `undefined` when there is none. */
export function parseHeartbeat(id: string, text: string | null): WorkerState | undefined {
  const beat = parseObject(text);
  if (beat === undefined) return undefined;
  const lanes = Array.isArray(beat.lanes) ? beat.lanes.filter((lane) => Number.isInteger(lane)) : [];
  return {
    id,
    at: numberOf(beat.at),
    startedAt: numberOf(beat.startedAt),
    version: textOf(beat.version) ?? 'unknown',
    pid: numberOf(beat.pid),
    host: textOf(beat.host) ?? 'unknown',
    port: numberOf(beat.port),
    lanes: lanes.sort((a: number, b: number) => a - b),
    fallback: beat.fallback === true,
    deadLetter: beat.deadLetter === true,
    quiet: beat.quiet === true,
    memoryBytes: numberOf(beat.memoryBytes),
    eventLoopLagMs: numberOf(beat.eventLoopLagMs),
    circuit: parseCircuit(beat.circuit),
    delivered: numberOf(beat.delivered) ?? 0,
    requests: numberOf(beat.requests) ?? 0,
    lastError: parseReportedError(beat.lastError),
  };
}

/** Reads `{ code, message, at }`, or a bare message. */
export function parseReportedError(value: unknown): ReportedError | null {
  if (typeof value === 'string' && value !== '') return { code: 'UNKNOWN', message: value, at: null };
  const error = objectOf(value);
  const message = textOf(error?.message);
  const code = textOf(error?.code);
  if (error === undefined || (message === null && code === null)) return null;
  return { code: code ?? 'UNKNOWN', message: message ?? '', at: numberOf(error.at) };
}

function parseCircuit(value: unknown): Circuit {
  const circuit = objectOf(value);
  return {
    // A state that this version doesn't know is no proof of health.
    state: isCircuitState(circuit?.state) ? circuit.state : 'OPEN',
    since: numberOf(circuit?.since),
    failureCount: numberOf(circuit?.failureCount) ?? 0,
    lastFailure: numberOf(circuit?.lastFailure),
    lastError: textOf(circuit?.lastError),
  };
}

function isCircuitState(value: unknown): value is CircuitState {
  return value === 'CLOSED' || value === 'OPEN' || value === 'HALF_OPEN';
}
