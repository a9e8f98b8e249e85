import {
  CONTENT_IDEMPOTENCY_KEY,
  contentIdempotencyKey,
  IDEMPOTENCY_WINDOW_LIMITS_MS,
  type Operation,
} from '@cio-fleet/contracts';
import type { CallOptions } from './producer-calls.ts';

/** What travels beside an operation as text; its members in the order of `QueuedOperation`. */
const LABELS = ['source', 'sessionId', 'traceId', 'idempotencyKey'] as const;
const MAX_LABEL_BYTES = 256;

/** What a call carries that doesn't say it itself. */
export interface CallDefaults {
  readonly source?: string | undefined;
  /** Asked at each call without a `traceId`. */
  readonly traceContext?: (() => string | undefined) | undefined;
}

/** Whether `value` may be a source, session, trace or idempotency key: text of 1 to 256 bytes. */
export function isLabel(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_LABEL_BYTES;
}

/** `"source":"shop","traceId":"t",`, ready for an operation's JSON text; undefined when one of the options is not valid. */
export function labelText(
  options: CallOptions | undefined,
  defaults: CallDefaults,
  operation: Operation,
): string | undefined {
  let text = '';
  for (const name of LABELS) {
    const value: unknown = options?.[name] ?? defaultOf(name, defaults);
    if (value === undefined) continue;
    if (!isLabel(value)) return undefined;
    const isContent = name === 'idempotencyKey' && value === CONTENT_IDEMPOTENCY_KEY;
    text += `"${name}":${JSON.stringify(isContent ? contentIdempotencyKey(operation) : value)},`;
  }
  const windowMs: unknown = options?.idempotencyWindowMs;
  if (windowMs === undefined) return text;
  return isWindow(windowMs) ? `${text}"idempotencyWindowMs":${windowMs},` : undefined;
}

function defaultOf(name: (typeof LABELS)[number], { source, traceContext }: CallDefaults): string | undefined {
  if (name === 'source') return source;
  if (name !== 'traceId' || traceContext === undefined) return undefined;
  try {
    const trace = traceContext();
    return isLabel(trace) ? trace : undefined;
  } catch {
    // The host's hook or its SDK: no call fails by its trace.
    return undefined;
  }
}

function isWindow(value: unknown): value is number {
  const { min, max } = IDEMPOTENCY_WINDOW_LIMITS_MS;
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}
