import { isErasure, laneKeyOf, validateOperation, verbOf } from '@cio-fleet/contracts';
import { type PreparedOperation, STAMP_BYTES } from './buffered-operation.ts';
import { type EnqueueFailed, failure, refused } from './enqueue-result.ts';
import type { CallOptions } from './producer-calls.ts';

/** Either ready for the buffer, or the answer to the caller. */
export type Preparation =
  | { readonly ok: true; readonly prepared: PreparedOperation }
  | { readonly ok: false; readonly result: EnqueueFailed };

const LABELS = ['source', 'sessionId', 'traceId', 'idempotencyKey'] as const;
const MAX_LABEL_BYTES = 256;

/** Checks an operation in v2 shape and its options, and turns both into the text that travels. May throw on hostile input. */
export function prepareOperation(input: unknown, options: CallOptions | undefined, source?: string): Preparation {
  const labels = labelText(options, source);
  if (labels === undefined) return { ok: false, result: failure('OPTION_INVALID') };
  const validation = validateOperation(input);
  if (!validation.ok) return { ok: false, result: refused(validation.refusal) };
  const { operation, json } = validation;
  const tail = `${labels}"op":${json}}`;
  return {
    ok: true,
    prepared: {
      laneKey: laneKeyOf(operation),
      verb: verbOf(operation),
      erases: isErasure(operation),
      tail,
      bytes: STAMP_BYTES + Buffer.byteLength(tail),
    },
  };
}

/** `"source":"shop","traceId":"…",`; undefined when a label isn't text of a sensible size. */
function labelText(options: CallOptions | undefined, source: string | undefined): string | undefined {
  if (options === undefined || options === null)
    return source === undefined ? '' : `"source":${JSON.stringify(source)},`;
  let text = '';
  for (const name of LABELS) {
    const value: unknown = options[name] ?? (name === 'source' ? source : undefined);
    if (value === undefined) continue;
    if (typeof value !== 'string' || value === '' || Buffer.byteLength(value) > MAX_LABEL_BYTES) return undefined;
    text += `"${name}":${JSON.stringify(value)},`;
  }
  return text;
}
