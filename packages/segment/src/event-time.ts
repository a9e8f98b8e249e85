import { timeMs } from './dates.ts';

/** The clocks that a message has passed, as it came with them. */
export interface MessageTimes {
  /** When it happened by the client's clock, or, beside `originalTimestamp`, when it happened without doubt. */
  readonly timestamp: unknown;
  readonly originalTimestamp: unknown;
  /** When it was sent, by the client's clock. */
  readonly sentAt: unknown;
  /** When it was received, by ours, in ms since 1970. Without it there is no correction. */
  readonly receivedAtMs: number | undefined;
}

/**
 * When it happened, in whole unix seconds; undefined when the message doesn't say, or not as a time.
 *
 * The client's clock may be wrong, so its time is corrected by what that clock said when the message was sent:
 * `timestamp = originalTimestamp - sentAt + receivedAt`. Nothing that was sent can have happened later than it was received, and
 * nothing before 1970. A time that the client puts after its own `sentAt` was chosen by hand and stays; so does `timestamp` where
 * `originalTimestamp` stands beside it: the client's clock is in the latter.
 *
 * @see https://segment.com/docs/connections/spec/common/#timestamps
 */
export function eventSeconds({ timestamp, originalTimestamp, sentAt, receivedAtMs }: MessageTimes): number | undefined {
  const givenMs = timeMs(timestamp);
  const originalMs = timeMs(originalTimestamp);
  if (givenMs !== undefined && originalMs !== undefined) return seconds(givenMs);
  const clientMs = givenMs ?? originalMs;
  if (clientMs === undefined) return undefined;
  const sentMs = timeMs(sentAt);
  if (sentMs === undefined || receivedAtMs === undefined || clientMs > sentMs) return seconds(clientMs);
  return seconds(Math.max(0, clientMs - sentMs + receivedAtMs));
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
