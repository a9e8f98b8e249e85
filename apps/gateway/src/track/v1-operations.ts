import { type TrackProblem, trackProblem } from '@cio-fleet/contracts';
import type { OperationInput } from '@cio-fleet/producer';
import { isJsonObject, knownOfDevice, knownOfRelationships } from './known-members.ts';
import { inAttributes } from './mistyped-identifiers.ts';
import type { V1Endpoint, V1Request } from './v1-endpoints.ts';

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
  const call = read({ ...request, body: withKnownRelationships(body) });
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

/** An identify of v1 has its relationships within an action. */
function withKnownRelationships(body: unknown): unknown {
  if (!isJsonObject(body) || !isJsonObject(body.cio_relationships)) return body;
  const { relationships, ...others } = body.cio_relationships;
  return { ...body, cio_relationships: { ...others, relationships: knownOfRelationships(relationships) } };
}

function asCustomerioReads(operation: OperationInput): OperationInput {
  const { device, attributes, identifiers } = operation;
  if (device !== undefined) return { ...operation, device: knownOfDevice(device) };
  if (operation.action !== 'identify' || !isJsonObject(identifiers) || !isJsonObject(attributes)) return operation;
  return { ...operation, attributes: withoutRepeats(attributes, identifiers) };
}

/** The SDK for Ruby sends the identifier of the path among the attributes, too, a number as a number. */
function withoutRepeats(
  attributes: Readonly<Record<string, unknown>>,
  identifiers: Readonly<Record<string, unknown>>,
): OperationInput['attributes'] {
  const { cio_id, ...others } = attributes;
  const kept = 'cio_id' in identifiers ? others : attributes;
  const isSameId = Number.isSafeInteger(kept.id) && String(kept.id) === identifiers.id;
  return (isSameId ? { ...kept, id: identifiers.id } : kept) as OperationInput['attributes'];
}

function refuse(problem: TrackProblem): V1Reading {
  return { ok: false, problem };
}
