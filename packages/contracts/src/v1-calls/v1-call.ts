import type { OperationDraft } from '../operation-builders.ts';
import type { Refusal } from '../refusal.ts';
import type { RefusalCode } from '../refusal-codes.ts';
import { validateOperation } from '../validate-operation.ts';
import { describeValue } from '../validation/describe-value.ts';
import { type Path, refusalOf } from '../validation/refuse.ts';

/** Parsed JSON with members. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** An operation that a v1 call means, not checked yet, with call options beside its fields. */
export interface V1Draft extends OperationDraft {
  /** Where the call had an id of its own that can't travel as the event's: repeats of it are recognised by this. */
  readonly idempotencyKey?: string;
}

/**
 * What a call of Customer.io's Track API v1 means, in v2's shape (or ours, where v2 has none): usually one operation. None where
 * Customer.io takes the call and has nothing to do.
 *
 * `ok: false` is what the shape of the call alone forbids; each operation still has to be validated. Of several operations none
 * is left that the validation would refuse, so that a call is taken as a whole or not at all.
 */
export type V1Call =
  | { readonly ok: true; readonly operations: readonly V1Draft[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** The call means this one operation. */
export function oneOperation(draft: V1Draft): V1Call {
  return { ok: true, operations: [draft] };
}

/** The call means all of these, or, where one of them is refused, nothing. */
export function allOperations(drafts: readonly V1Draft[]): V1Call {
  for (const draft of drafts) {
    const validation = validateOperation(fieldsOf(draft));
    if (!validation.ok) return validation;
  }
  return { ok: true, operations: drafts };
}

/** The operation without the call options beside it. */
export function fieldsOf({ idempotencyKey, ...fields }: V1Draft): OperationDraft {
  return fields as OperationDraft;
}

/** The shape of the call forbids it. */
export function refusedCall(code: RefusalCode, path: Path, expected: string, received: unknown): V1Call {
  return { ok: false, refusal: refusalOf(code, path, expected, describeValue(received)) };
}

/** `value` as a JSON object; undefined where it is none. Nothing and null count as empty, as SDKs send them. */
export function objectOf(value: unknown): JsonObject | undefined {
  if (value === undefined || value === null) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** A refusal for a body that is no JSON object. */
export function refusedBody(body: unknown, path: Path = []): V1Call {
  return refusedCall(path.length === 0 ? 'OPERATION_NOT_OBJECT' : 'FIELD_TYPE', path, 'a JSON object', body);
}

/** The members that are given: v1 takes null for nothing, v2 may not. */
export function given(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
}
