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

/** A JSON object. Its text is not repeated, for it may hold personal data. */
export function jsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidArgumentError(`Expected a JSON object such as '{"plan":"pro"}', got text that is not JSON.`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InvalidArgumentError(`Expected a JSON object such as '{"plan":"pro"}', got JSON of another kind.`);
}
