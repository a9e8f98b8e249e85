import type { OperationDraft } from '@cio-fleet/contracts';
import { isObject } from './dates.ts';
import type { MappingRow } from './mapping-row.ts';
import { MAPPING_TABLE } from './mapping-table.ts';
import { type Members, type Message, type MessageContext, readMessage } from './message.ts';
import { messageKey } from './message-key.ts';
import { type MessageRefusal, NOT_AN_OBJECT, UNKNOWN_TYPE, UNREADABLE } from './refusal.ts';

/** How long a repeat of a `messageId` is recognised unless said otherwise, in ms: an hour, as long as SDKs try again. */
export const DEFAULT_MESSAGE_ID_WINDOW_MS = 3_600_000;

/** An operation in v2's shape, not checked yet, with its call options beside its fields. */
export type MappedOperation = OperationDraft & {
  /** From `messageId`: what is sent again is done once. */
  readonly idempotencyKey?: string;
  readonly idempotencyWindowMs?: number;
};

export type MappedMessage =
  | {
      readonly ok: true;
      /** Name of the row of the mapping table. */
      readonly row: string;
      /** In order; none where the message is not meant for Customer.io. */
      readonly operations: readonly MappedOperation[];
    }
  | { readonly ok: false; readonly refusal: MessageRefusal };

/**
 * What a message of Segment's specification means to Customer.io, by the mapping table. Never throws, and never changes the message.
 * The operations are drafts: `validateOperation` (or the producer) tells whether they can be.
 *
 * @see docs/segment.md
 */
export function mapMessage(value: unknown, context: MessageContext = {}): MappedMessage {
  try {
    if (!isObject(value)) return { ok: false, refusal: NOT_AN_OBJECT };
    const message = readMessage(value, context);
    const row = rowOf(message);
    if (row === undefined) return { ok: false, refusal: UNKNOWN_TYPE };
    const mapped = row.map(message);
    if ('code' in mapped) return { ok: false, refusal: mapped };
    const options = optionsOf(value, context);
    return { ok: true, row: row.name, operations: mapped.map((draft, index) => ({ ...draft, ...options(index) })) };
  } catch {
    // Only reading can throw: a getter or a proxy. What JSON.parse returns has neither.
    return { ok: false, refusal: UNREADABLE };
  }
}

/** The row of the mapping table that takes the message. */
function rowOf(message: Message): MappingRow | undefined {
  return MAPPING_TABLE.find(({ fits }) => fits(message));
}

/** Each operation of a message has a key of its own, or the second would be taken for a repeat of the first. */
function optionsOf(value: Members, { messageIdWindowMs }: MessageContext): (index: number) => object {
  const key = messageKey(value);
  if (key === undefined) return () => ({});
  const idempotencyWindowMs = messageIdWindowMs ?? DEFAULT_MESSAGE_ID_WINDOW_MS;
  return (index) => ({ idempotencyKey: index === 0 ? key : `${key}#${index}`, idempotencyWindowMs });
}
