import { types } from 'node:util';
import { MAX_FUTURE_SECONDS, MILLISECONDS_FROM } from './limits.ts';
import type { Refusal } from './refusal.ts';
import { dateMs, describeValue } from './validation/describe-value.ts';
import { type Path, refusalOf } from './validation/refuse.ts';

export type UnixSeconds =
  | { readonly ok: true; readonly seconds: number }
  | { readonly ok: false; readonly refusal: Refusal };

const EXPECTED = 'a Date, ISO 8601 text or unix seconds';
const ISO_8601 =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2}(?:[.,]\d{1,9})?)?(?:([Zz])|([+-]\d{2}):?(\d{2}))?)?$/;
const NUMBER_AS_TEXT = /^\d{1,16}(?:\.\d{1,9})?$/;

/**
 * Whole unix seconds, which is what Customer.io reads, from a Date, ISO 8601 text (without an offset it is UTC) or unix
 * seconds, also as text. Numbers from 1e11 on are milliseconds. Decimals are floored.
 *
 * Refused are what is no time (`TIMESTAMP_INVALID`), and times before 1970 or more than 10 years ahead
 * (`TIMESTAMP_OUT_OF_RANGE`). Never throws.
 *
 * @param path where the value stands, for the refusal
 * @param nowMs the present, in ms
 */
export function toUnixSeconds(value: unknown, path: Path = ['timestamp'], nowMs: number = Date.now()): UnixSeconds {
  const seconds = secondsOf(value);
  if (seconds === undefined) return refused('TIMESTAMP_INVALID', path, EXPECTED, value);
  // Plus 0 turns -0 into 0.
  const whole = Math.floor(seconds) + 0;
  if (!(whole >= 0 && whole <= nowMs / 1000 + MAX_FUTURE_SECONDS)) {
    return refused('TIMESTAMP_OUT_OF_RANGE', path, 'a time from 1970 to 10 years ahead', value);
  }
  return { ok: true, seconds: whole };
}

function refused(
  code: 'TIMESTAMP_INVALID' | 'TIMESTAMP_OUT_OF_RANGE',
  path: Path,
  expected: string,
  value: unknown,
): UnixSeconds {
  return { ok: false, refusal: refusalOf(code, path, expected, describeValue(value)) };
}

function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number') return secondsOfNumber(value);
  if (typeof value === 'string') return secondsOfText(value);
  if (types.isDate(value)) {
    const ms = dateMs(value);
    return Number.isNaN(ms) ? undefined : ms / 1000;
  }
  return undefined;
}

function secondsOfNumber(value: number): number | undefined {
  if (Number.isNaN(value)) return undefined;
  return value >= MILLISECONDS_FROM ? value / 1000 : value;
}

function secondsOfText(text: string): number | undefined {
  if (NUMBER_AS_TEXT.test(text)) return secondsOfNumber(Number(text));
  const match = ISO_8601.exec(text);
  if (match === null) return undefined;
  const [, date, time = '00:00', secondPart = ':00', , offsetHours, offsetMinutes] = match;
  // Without an offset the machine's own time zone would decide, so the same text would mean another moment elsewhere.
  const offset = offsetHours === undefined ? 'Z' : `${offsetHours}:${offsetMinutes}`;
  const ms = Date.parse(`${date}T${time}${secondPart.replace(',', '.')}${offset}`);
  return Number.isNaN(ms) ? undefined : ms / 1000;
}
