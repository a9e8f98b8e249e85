import { InvalidArgumentError } from 'commander';
import { parseTime } from './time-argument.ts';

/** A whole number of at least 1. */
export function wholeNumber(text: string): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value >= 1) return value;
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}

/** A number above 0, such as 0.5 or 200. */
export function positiveNumber(text: string): number {
  const value = /^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (value > 0) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** A point in time, in ms since the epoch. */
export function pointInTime(text: string): number {
  const atMs = parseTime(text, Date.now());
  if (atMs !== undefined) return atMs;
  throw new InvalidArgumentError('Expected how long ago (15m, 2h, 3d), ISO 8601, or unix seconds.');
}
