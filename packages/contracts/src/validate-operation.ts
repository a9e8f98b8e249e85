import { MAX_OPERATION_BYTES, WIRE_ID_BYTES, WIRE_TIMESTAMP_BYTES } from './limits.ts';
import type { InviteOperation, Operation, SegmentOperation } from './operation.ts';
import type { Refusal } from './refusal.ts';
import { DELIVERY_FIELDS, type DeliveryAction, deliveryOperation } from './validation/delivery-operation.ts';
import { describeValue } from './validation/describe-value.ts';
import { formOperation } from './validation/form-operation.ts';
import { INVITE_ACTIONS, inviteOperation } from './validation/invite-operation.ts';
import { OBJECT_FIELDS, type ObjectAction, objectOperation } from './validation/object-operation.ts';
import { readOperation } from './validation/operation-fields.ts';
import { PERSON_FIELDS, type PersonAction, personOperation } from './validation/person-operation.ts';
import { Refused, refusalOf, refuse } from './validation/refuse.ts';
import { SEGMENT_ACTIONS, segmentOperation } from './validation/segment-operation.ts';
import { type ValidationContext, validationContext } from './validation/validation-context.ts';

export type ValidatedOperation =
  | {
      readonly ok: true;
      /** A fresh deep copy, in the shape that Customer.io's v2 API reads. */
      readonly operation: Operation;
      /** The JSON text of `operation`: jobs are built from texts, so that nothing is written as JSON twice. */
      readonly json: string;
      /** Bytes of the operation's JSON on the wire, our id and timestamp included; at most `MAX_OPERATION_BYTES`. */
      readonly bytes: number;
    }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Checks an operation in v2's shape, or near to it, and makes it exact: numbers as ids become text, times become unix
 * seconds, `undefined` members go. What comes back is a fresh copy of plain data that Customer.io has no reason to refuse.
 *
 * Never throws, whatever comes in, and never works longer than an operation of the largest size takes.
 *
 * @param nowMs the present in ms, against which timestamps are checked
 * @see REFUSAL_CODES for what can be refused, and what to do
 */
export function validateOperation(input: unknown, nowMs: number = Date.now()): ValidatedOperation {
  try {
    const operation = copyOperation(validationContext(nowMs), input);
    const json = JSON.stringify(operation);
    const bytes = Buffer.byteLength(json) + addedOnTheWire(operation);
    if (bytes > MAX_OPERATION_BYTES) return tooLarge(bytes);
    return { ok: true, operation, json, bytes };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    // Only reading the input can throw: a getter, a proxy, or a value so odd that describing it fails.
    return { ok: false, refusal: refusalOf('OPERATION_UNREADABLE', [], 'plain data', describeValue(input)) };
  }
}

function copyOperation(context: ValidationContext, value: unknown): Operation {
  const input = readOperation(context, value);
  const { type, action } = input.fields;
  switch (type) {
    case 'person':
      return personOperation(context, requireAction<PersonAction>(action, PERSON_FIELDS), input);
    case 'object':
      return objectOperation(context, requireAction<ObjectAction>(action, OBJECT_FIELDS), input);
    case 'delivery':
      return deliveryOperation(context, requireAction<DeliveryAction>(action, DELIVERY_FIELDS), input);
    case 'form':
      requireAction<'submit'>(action, { submit: true });
      return formOperation(context, input);
    case 'segment':
      return segmentOperation(context, requireAction<SegmentOperation['action']>(action, SEGMENT_ACTIONS), input);
    case 'invite':
      return inviteOperation(context, requireAction<InviteOperation['action']>(action, INVITE_ACTIONS), input);
    default:
      refuse('OPERATION_TYPE_UNKNOWN', { path: ['type'], expected: `one of ${TYPES.join(', ')}`, received: type });
  }
}

const TYPES = [
  'person',
  'object',
  'delivery',
  'form',
  'segment',
  'invite',
] as const satisfies readonly Operation['type'][];

function requireAction<Action extends string>(action: unknown, actions: Readonly<Record<Action, unknown>>): Action {
  if (typeof action === 'string' && Object.hasOwn(actions, action)) return action as Action;
  const expected = `one of ${Object.keys(actions).join(', ')}`;
  refuse('OPERATION_ACTION_UNKNOWN', { path: ['action'], expected, received: action });
}

/** What `wireOperation` will add, so that an operation that was accepted still fits when it is sent. */
function addedOnTheWire(operation: Operation): number {
  if (operation.type === 'object') return 0;
  switch (operation.action) {
    case 'event':
    case 'page':
    case 'screen': {
      const id = operation.type !== 'delivery' && operation.id === undefined ? WIRE_ID_BYTES : 0;
      return id + (operation.timestamp === undefined ? WIRE_TIMESTAMP_BYTES : 0);
    }
    case 'identify':
    case 'metric':
      return operation.timestamp === undefined ? WIRE_TIMESTAMP_BYTES : 0;
    default:
      return 0;
  }
}

function tooLarge(bytes: number): ValidatedOperation {
  const format = (value: number) => value.toLocaleString('en-US');
  const expected = `at most ${format(MAX_OPERATION_BYTES)} bytes of JSON in all`;
  return { ok: false, refusal: refusalOf('OPERATION_TOO_LARGE', [], expected, `${format(bytes)} bytes`) };
}
