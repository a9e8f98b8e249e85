import { createHash } from 'node:crypto';
import type { Operation } from './operation.ts';
import type { QueuedOperation } from './queued-operation.ts';

/** How long repeats of a call are recognised unless the caller says otherwise, in ms. */
export const DEFAULT_IDEMPOTENCY_WINDOW_MS = 5 * 60 * 1000;

/** The shortest and the longest window, in ms. */
export const IDEMPOTENCY_WINDOW_LIMITS_MS = { min: 1000, max: 24 * 3600 * 1000 } as const;

/** Asks for a key derived from the content of the operation. */
export const CONTENT_IDEMPOTENCY_KEY = 'content';

/**
 * A key that equal operations share: what they do to whom, without times and ids, whatever the order of their attributes.
 */
export function contentIdempotencyKey(operation: Operation): string {
  const { timestamp, id, ...content } = operation as Operation & { timestamp?: unknown; id?: unknown };
  return `content:${createHash('sha256').update(canonical(content)).digest('base64url')}`;
}

/** How long the key of `operation` claims its window, in ms. */
export function idempotencyWindowMs(operation: QueuedOperation): number {
  return operation.idempotencyWindowMs ?? DEFAULT_IDEMPOTENCY_WINDOW_MS;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
