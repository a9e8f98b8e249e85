import { LIMITS } from '../../limits.ts';
import type { Operation } from '../../operation.ts';
import { invalid } from '../../problem.ts';
import { type Call, type Reading, reading, refusedReading } from './call.ts';

const ID_TYPES = new Set(['id', 'email', 'cio_id']);

/** `POST /segments/{id}/add_customers?id_type=` */
export const addToSegment = (call: Call): Reading => changeSegment(call, 'add_to_segment');

/** `POST /segments/{id}/remove_customers?id_type=` */
export const removeFromSegment = (call: Call): Reading => changeSegment(call, 'remove_from_segment');

function changeSegment({ parameters, query, body }: Call, action: string): Reading {
  const [segmentId = ''] = parameters;
  if (!/^\d{1,12}$/.test(segmentId)) return refusedReading(invalid('segment_id', 'segment id must be an integer'));
  const idType = query.get('id_type') ?? 'id';
  if (!ID_TYPES.has(idType)) return refusedReading(invalid('id_type', 'id_type must be id, email or cio_id'));
  const { ids } = body;
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > LIMITS.segmentIds) {
    return refusedReading(invalid('ids', `ids must be an array of 1 to ${LIMITS.segmentIds} ids`));
  }
  const operation: Operation = { type: 'segment', action, id: segmentId, name: idType, ids };
  return reading(operation, undefined);
}
