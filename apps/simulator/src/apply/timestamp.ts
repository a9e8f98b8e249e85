import type { Operation } from '../operation.ts';

/** When an operation says it happened, in unix seconds: its `timestamp`, v1's `_timestamp`, or the time of receipt. */
export function timestampOf(operation: Operation, nowMs: number): number {
  const given = operation.timestamp ?? operation.attributes?._timestamp;
  const seconds = typeof given === 'number' || typeof given === 'string' ? Number(given) : Number.NaN;
  return Number.isFinite(seconds) && given !== '' ? seconds : Math.floor(nowMs / 1000);
}
