import { isErasure, laneKeyOf, validateOperation, verbOf } from '@cio-fleet/contracts';
import { type PreparedOperation, STAMP_BYTES } from './buffered-operation.ts';
import { type CallDefaults, labelText } from './call-labels.ts';
import { type EnqueueFailed, failure, refused } from './enqueue-result.ts';
import type { CallOptions } from './producer-calls.ts';

/** Either ready for the buffer, or the answer to the caller. */
export type Preparation =
  | { readonly ok: true; readonly prepared: PreparedOperation }
  | { readonly ok: false; readonly result: EnqueueFailed };

/** Checks an operation in v2 shape and its options, and turns both into the text that travels. May throw on hostile input. */
export function prepareOperation(
  input: unknown,
  options: CallOptions | undefined,
  defaults: CallDefaults = {},
): Preparation {
  const validation = validateOperation(input);
  if (!validation.ok) return { ok: false, result: refused(validation.refusal) };
  const { operation, json } = validation;
  const labels = labelText(options, defaults, operation);
  if (labels === undefined) return { ok: false, result: failure('OPTION_INVALID') };
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
