import type { InviteOperation } from '../operation.ts';
import { copyEventFields } from './event-fields.ts';
import { type OperationInput, refuseOtherFields } from './operation-fields.ts';
import type { ValidationContext } from './validation-context.ts';

const FIELDS = ['type', 'action', 'id', 'name', 'timestamp', 'attributes'] as const;

/** What an event of nobody can be. */
export const INVITE_ACTIONS = {
  event: true,
  page: true,
  screen: true,
} as const satisfies Record<InviteOperation['action'], true>;

/** A checked copy of an event of nobody. @throws {Refused} */
export function inviteOperation(
  context: ValidationContext,
  action: InviteOperation['action'],
  input: OperationInput,
): InviteOperation {
  refuseOtherFields(context, input, FIELDS);
  return { type: 'invite', action, ...copyEventFields(context, action, input.fields) };
}
