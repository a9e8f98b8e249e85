import { cleanText } from '../intake/clean-payload.ts';
import { MAX_TIME_MS } from '../row.ts';
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
  const to = timeOf(window?.to, nowMs + 1);
  return { from: timeOf(window?.from, to - DEFAULT_WINDOW_MS), to };
}

export function limitOf(limit: number | undefined): number {
  return Math.min(MAX_LIMIT, Math.max(1, whole(limit, DEFAULT_LIMIT)));
}

/** Collects the values of a query; `add` answers with the place that stands for one in its text. */
export function createValues() {
  const values: SqlValue[] = [];
  // Rows were cleaned the same way, and PostgreSQL refuses a text with a NUL.
  const add = (value: SqlValue): string => `$${values.push(typeof value === 'string' ? cleanText(value) : value)}`;
  const list = (each: readonly SqlValue[]): string => `(${each.map(add).join(', ')})`;
  return { values, add, list };
}

/** Beyond what any row has there is nothing to find, and no database has a number for it. */
function timeOf(value: number | undefined, otherwise: number): number {
  return Math.min(MAX_TIME_MS + 1, Math.max(0, whole(value, otherwise)));
}

function whole(value: number | undefined, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : otherwise;
}
