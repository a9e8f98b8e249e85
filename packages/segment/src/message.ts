import { isObject, timeMs } from './dates.ts';
import { eventSeconds } from './event-time.ts';

/** Members by name; nothing is certain about their values. */
export type Members = Readonly<Record<string, unknown>>;

/** A message of Segment's specification, read but not checked: what can't be right is left for the operation's validation. */
export interface Message {
  readonly type: string | undefined;
  readonly event: unknown;
  readonly name: unknown;
  readonly category: unknown;
  readonly userId: unknown;
  readonly anonymousId: unknown;
  readonly previousId: unknown;
  readonly groupId: unknown;
  readonly objectTypeId: unknown;
  readonly traits: unknown;
  readonly properties: unknown;
  readonly context: Members;
  readonly integrations: Members;
  /** Corrected for the client's clock, in unix seconds. */
  readonly timestamp: number | undefined;
}

/** What is known about a message besides itself. */
export interface MessageContext {
  /** When it was received, in ms since 1970. @defaultValue what the message says in `receivedAt`, as archived ones do */
  readonly receivedAtMs?: number;
  /** `sentAt` of the request that it came in. Its own goes first. */
  readonly sentAt?: unknown;
  /** How long a repeat of its `messageId` is recognised, in ms. @defaultValue 3600000 (an hour) */
  readonly messageIdWindowMs?: number;
}

const NO_MEMBERS: Members = {};

/** Reads a message. Null and empty text count as not given. */
export function readMessage(value: Members, { receivedAtMs, sentAt }: MessageContext): Message {
  const { type } = value;
  return {
    type: typeof type === 'string' ? type.toLowerCase() : undefined,
    event: given(value.event),
    name: given(value.name),
    category: given(value.category),
    userId: given(value.userId),
    anonymousId: given(value.anonymousId),
    previousId: given(value.previousId),
    groupId: given(value.groupId),
    objectTypeId: given(value.objectTypeId),
    traits: given(value.traits),
    properties: given(value.properties),
    context: members(value.context),
    integrations: members(value.integrations),
    timestamp: eventSeconds({
      timestamp: value.timestamp,
      originalTimestamp: value.originalTimestamp,
      sentAt: given(value.sentAt) ?? sentAt,
      receivedAtMs: receivedAtMs ?? receivedAtOf(value),
    }),
  };
}

/** The members of an object; none of anything else. */
export function members(value: unknown): Members {
  return isObject(value) ? value : NO_MEMBERS;
}

/** The first that is given. */
export function firstGiven(...values: readonly unknown[]): unknown {
  return values.map(given).find((value) => value !== undefined);
}

function given(value: unknown): unknown {
  return value === null || value === '' ? undefined : value;
}

function receivedAtOf({ receivedAt }: Members): number | undefined {
  return timeMs(receivedAt);
}
