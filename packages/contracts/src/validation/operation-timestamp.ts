import { toUnixSeconds } from '../timestamp.ts';
import { Refused } from './refuse.ts';
import { pathTo, spendBytes, type ValidationContext } from './validation-context.ts';

/** The operation's own time in unix seconds, when it has one. @throws {TIMESTAMP_INVALID} @throws {TIMESTAMP_OUT_OF_RANGE} */
export function copyTimestamp(context: ValidationContext, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const time = toUnixSeconds(value, pathTo(context, 'timestamp'), context.nowMs);
  if (!time.ok) throw new Refused(time.refusal);
  spendBytes(context, 1, value);
  return time.seconds;
}
