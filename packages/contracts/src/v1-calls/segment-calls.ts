import { MAX_SEGMENT_PEOPLE } from '../limits.ts';
import { validateOperation } from '../validate-operation.ts';
import { type JsonObject, objectOf, refusedCall, type V1Call, type V1Draft } from './v1-call.ts';

/** What `id_type` may name. */
const ID_TYPES: readonly unknown[] = ['id', 'email', 'cio_id'];

/**
 * `POST /segments/{segment_id}/add_customers?id_type=`, body `{ids:[1..1000]}`: an operation for each person. Entries that can't be
 * an identifier of that type are left out, because Customer.io ignores them.
 *
 * @param idType the query parameter; undefined, null and empty mean `id`
 */
export function v1AddToSegment(segmentId: string | number, idType: unknown, body: unknown): V1Call {
  return changeSegment('add_person', { segmentId, idType, body });
}

/** `POST /segments/{segment_id}/remove_customers?id_type=`, as `v1AddToSegment`. */
export function v1RemoveFromSegment(segmentId: string | number, idType: unknown, body: unknown): V1Call {
  return changeSegment('remove_person', { segmentId, idType, body });
}

interface SegmentCall {
  readonly segmentId: string | number;
  readonly idType: unknown;
  readonly body: unknown;
}

function changeSegment(action: 'add_person' | 'remove_person', { segmentId, idType, body }: SegmentCall): V1Call {
  const kind = idType === undefined || idType === null || idType === '' ? 'id' : idType;
  if (!ID_TYPES.includes(kind)) return refusedCall('IDENTIFIER_UNKNOWN', ['id_type'], 'id, email or cio_id', idType);
  const { ids } = objectOf(body) ?? {};
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_SEGMENT_PEOPLE) {
    const expected = `a list of 1 to ${MAX_SEGMENT_PEOPLE.toLocaleString('en-US')} ids`;
    return refusedCall('FIELD_TYPE', ['ids'], expected, ids);
  }
  const draftOf = (person: JsonObject): V1Draft => ({
    type: 'segment',
    action,
    identifiers: { segment_id: String(segmentId) },
    person,
  });
  // Whoever it is for, the segment itself must be one.
  const check = validateOperation(draftOf({ id: 'anyone' }));
  if (!check.ok) return check;
  const drafts = ids.map((value: unknown) => draftOf({ [kind as string]: value }));
  return { ok: true, operations: drafts.filter((draft) => validateOperation(draft).ok) };
}
