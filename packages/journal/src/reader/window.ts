import type { SqlValue } from './journal-source.ts';

/** From when to when, in ms; `to` is not included. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** Rows of a page at most. */
export const MAX_LIMIT = 500;
export const DEFAULT_LIMIT = 100;
/** Where nobody says. */
export const DEFAULT_WINDOW_MS = 86_400_000;

/** The window asked for, or the last 24 hours. */
export function windowOf(window: Partial<TimeWindow> | undefined, nowMs: number): TimeWindow {
  const to = whole(window?.to, nowMs + 1);
  return { from: whole(window?.from, to - DEFAULT_WINDOW_MS), to };
}

export function limitOf(limit: number | undefined): number {
  return Math.min(MAX_LIMIT, Math.max(1, whole(limit, DEFAULT_LIMIT)));
}

/** Collects the values of a query; `add` answers with the place that stands for one in its text. */
export function createValues() {
  const values: SqlValue[] = [];
  const add = (value: SqlValue): string => `$${values.push(value)}`;
  const list = (each: readonly SqlValue[]): string => `(${each.map(add).join(', ')})`;
  return { values, add, list };
}

function whole(value: number | undefined, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : otherwise;
}
