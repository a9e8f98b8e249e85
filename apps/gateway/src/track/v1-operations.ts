import { type TrackProblem, trackProblem } from '@cio-fleet/contracts';
import type { OperationInput } from '@cio-fleet/producer';
import { inAttributes } from './mistyped-identifiers.ts';
import type { V1Endpoint, V1Request } from './v1-endpoints.ts';
import { isJsonObject, knownOfDevice } from './v2-operation.ts';

/** The operations of a v1 call, or why it is refused. */
export type V1Reading =
  | { readonly ok: true; readonly operations: readonly OperationInput[] }
  | { readonly ok: false; readonly problem: TrackProblem };

/** Reads a v1 call as Customer.io does, with what official SDKs send and it ignores left out. */
export function readV1Operations({ read }: V1Endpoint, request: V1Request): V1Reading {
  const { body } = request;
  if (body !== undefined && body !== null && !isJsonObject(body)) {
    return refuse({ reason: 'invalid', field: '', message: 'request body must be a hash' });
  }
  const call = read(request);
  if (!call.ok) return refuse(trackProblem(call.refusal));
  const operations: OperationInput[] = [];
  for (const draft of call.operations) {
    const operation = asCustomerioReads(draft as unknown as OperationInput);
    const problem = operation.action === 'identify' ? inAttributes(operation.attributes) : undefined;
    if (problem !== undefined) return refuse(problem);
    operations.push(operation);
  }
  return { ok: true, operations };
}

function asCustomerioReads(operation: OperationInput): OperationInput {
  const { device, attributes, identifiers } = operation;
  if (device !== undefined) return { ...operation, device: knownOfDevice(device) };
  // The SDK for Ruby sends the cio_id that stands in the path among the attributes, too.
  const isInPath = operation.action === 'identify' && isJsonObject(identifiers) && 'cio_id' in identifiers;
  if (!isInPath || !isJsonObject(attributes) || !Object.hasOwn(attributes, 'cio_id')) return operation;
  const { cio_id: _, ...others } = attributes;
  return { ...operation, attributes: others };
}

function refuse(problem: TrackProblem): V1Reading {
  return { ok: false, problem };
}
