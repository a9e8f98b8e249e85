import { expect, it } from 'vitest';
import { eventSeconds } from './event-time.ts';

const RECEIVED_MS = Date.parse('2026-02-25T10:00:00Z');
const at = (text: string) => Date.parse(`2026-02-25T${text}Z`) / 1000;
const times = (timestamp: unknown, sentAt?: unknown, originalTimestamp?: unknown) =>
  eventSeconds({ timestamp, sentAt, originalTimestamp, receivedAtMs: RECEIVED_MS });

it.each<[title: string, actual: number | undefined, expected: number | undefined]>([
  ['a clock that is an hour late is set right', times('2026-02-25T08:59:00Z', '2026-02-25T09:00:00Z'), at('09:59:00')],
  ['a clock that is an hour ahead, too', times('2026-02-25T10:59:00Z', '2026-02-25T11:00:00Z'), at('09:59:00')],
  ['a clock that starts at 1970, too', times('1970-01-01T00:00:00Z', '1970-01-01T00:01:00Z'), at('09:59:00')],
  [
    'the time of an SDK that calls it originalTimestamp is corrected',
    times(undefined, '2026-02-25T09:00:00Z', '2026-02-25T08:59:00Z'),
    at('09:59:00'),
  ],
  [
    'a timestamp beside an originalTimestamp stays',
    times('2020-01-01T00:00:00Z', '2026-02-25T09:00:00Z', '2026-02-25T09:00:00Z'),
    1_577_836_800,
  ],
  ['a backfilled time stays but for the skew', times('2020-01-01T00:00:00Z', '2026-02-25T10:00:00Z'), 1_577_836_800],
  [
    'a time after it was sent was chosen by hand and stays',
    times('2026-02-26T10:00:00Z', '2026-02-25T09:00:00Z'),
    at('10:00:00') + 86_400,
  ],
  [
    'what was sent last happened when it was received, not later',
    times('2026-02-25T09:00:00Z', '2026-02-25T09:00:00Z'),
    at('10:00:00'),
  ],
  ['no time comes out before 1970', times('1970-01-01T00:00:00Z', '2030-01-01T00:00:00Z'), 0],
  ['without sentAt nothing is corrected', times('2026-02-25T08:59:00.900Z'), at('08:59:00')],
  ['a sentAt that is no time corrects nothing', times('2026-02-25T08:59:00Z', 'now'), at('08:59:00')],
  ['unix seconds are a time', times(1_772_013_598), 1_772_013_598],
  ['unix milliseconds are a time', times(1_772_013_598_123), 1_772_013_598],
  ['a Date is a time', times(new Date(RECEIVED_MS)), at('10:00:00')],
  ['the zero time of Go and .NET is none', times('0001-01-01T00:00:00Z', '2026-02-25T10:00:00Z'), undefined],
  ['the zero time in another zone is none', times('0001-01-01T00:00:00+01:00'), undefined],
  [
    'a zero timestamp leaves the originalTimestamp',
    times('0001-01-01T00:00:00', undefined, '2026-02-25T09:00:00Z'),
    at('09:00:00'),
  ],
  ['a zero sentAt corrects nothing', times('2026-02-25T08:59:00Z', '0001-01-01T00:00:00Z'), at('08:59:00')],
  ['what is no time is none', times('yesterday'), undefined],
  ['an invalid Date is none', times(new Date(Number.NaN)), undefined],
  ['nothing is none', times(undefined, '2026-02-25T09:00:00Z'), undefined],
])('%s', (_, actual, expected) => {
  expect(actual).toBe(expected);
});

it('is not corrected where nobody knows when it was received', () => {
  const facts = { timestamp: '2020-01-01T00:00:00Z', originalTimestamp: undefined, sentAt: '2020-01-01T00:00:10Z' };
  expect(eventSeconds({ ...facts, receivedAtMs: undefined })).toBe(1_577_836_800);
});
