import { createHash } from 'node:crypto';
import type { Members } from './message.ts';

const PREFIX = 'segment:';
/** The producer takes 256; a number is added for the second operation of a message. */
const MAX_KEY_BYTES = 250;

/** The idempotency key of a message's `messageId`; undefined without one. Long ones stand as their hash. */
export function messageKey({ messageId }: Members): string | undefined {
  if (typeof messageId !== 'string' && typeof messageId !== 'number') return undefined;
  if (messageId === '') return undefined;
  const key = `${PREFIX}${messageId}`;
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES && key.isWellFormed()) return key;
  return `${PREFIX}sha256:${createHash('sha256').update(key).digest('base64url')}`;
}
