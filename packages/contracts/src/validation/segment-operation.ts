import type { SegmentOperation, SegmentPerson } from '../operation.ts';
import { PERSON_IDENTIFIERS_BUT_PHONE, personIdentifiers, segmentIdentifiers } from './identifiers.ts';
import { type OperationInput, refuseOtherFields } from './operation-fields.ts';
import type { ValidationContext } from './validation-context.ts';

const FIELDS = ['type', 'action', 'identifiers', 'person'] as const;

/** What can be done to a segment. */
export const SEGMENT_ACTIONS = {
  add_person: true,
  remove_person: true,
} as const satisfies Record<SegmentOperation['action'], true>;

/** A checked copy of a change of a segment. @throws {Refused} */
export function segmentOperation(
  context: ValidationContext,
  action: SegmentOperation['action'],
  input: OperationInput,
): SegmentOperation {
  const { fields } = input;
  refuseOtherFields(context, input, FIELDS);
  const identifiers = segmentIdentifiers(context, fields.identifiers);
  const person = personIdentifiers(context, fields.person, 'person', PERSON_IDENTIFIERS_BUT_PHONE);
  return { type: 'segment', action, identifiers, person: person as SegmentPerson };
}
