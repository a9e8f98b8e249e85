import type { CallOptions } from './producer-calls.ts';

/** What travels beside an operation; its members in the order of `QueuedOperation`. */
const LABELS = ['source', 'sessionId', 'traceId', 'idempotencyKey'] as const;
const MAX_LABEL_BYTES = 256;

/** Whether `value` may be a source, session, trace or idempotency key: text of 1 to 256 bytes. */
export function isLabel(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_LABEL_BYTES;
}

/** `"source":"shop","traceId":"t",`, ready for an operation's JSON text; undefined when one of them is no label. */
export function labelText(options: CallOptions | undefined, source: string | undefined): string | undefined {
  let text = '';
  for (const name of LABELS) {
    const value: unknown = options?.[name] ?? (name === 'source' ? source : undefined);
    if (value === undefined) continue;
    if (!isLabel(value)) return undefined;
    text += `"${name}":${JSON.stringify(value)},`;
  }
  return text;
}
