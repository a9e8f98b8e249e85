import type {
  DeliveryEventOperation,
  DeliveryMetric,
  DeliveryMetricOperation,
  DeliveryOperation,
} from '../operation.ts';
import { type AttributeRules, copyAttributes } from './attributes.ts';
import { requireDeviceToken } from './device-token.ts';
import { deliveryIdentifiers, deliveryPathIdentifiers } from './identifiers.ts';
import { type OperationField, type OperationInput, refuseOtherFields, requireField } from './operation-fields.ts';
import { copyTimestamp } from './operation-timestamp.ts';
import { copyPlain } from './plain-copy.ts';
import { refuse } from './refuse.ts';
import { pathTo, type ValidationContext } from './validation-context.ts';

export type DeliveryAction = DeliveryOperation['action'];

const SUBSCRIPTION_FIELDS = ['type', 'action', 'identifiers'] as const;

/** The fields of each action of a delivery. */
export const DELIVERY_FIELDS = {
  event: ['type', 'action', 'identifiers', 'name', 'timestamp', 'attributes'],
  metric: ['type', 'action', 'identifiers', 'name', 'timestamp', 'recipient', 'reason', 'href'],
  unsubscribe: SUBSCRIPTION_FIELDS,
  resubscribe: SUBSCRIPTION_FIELDS,
} as const satisfies Record<DeliveryAction, readonly OperationField[]>;

/** The device that got the message is named among the attributes, and must be. */
const TOKEN = 'device_token';
const RULES: AttributeRules = { stored: false, reserved: new Map([[TOKEN, requireDeviceToken]]), copy: copyPlain };
const DEVICE_METRICS = ['opened', 'converted', 'delivered'] as const;
const METRICS = [
  'bounced',
  'clicked',
  'converted',
  'deferred',
  'delivered',
  'dropped',
  'opened',
  'spammed',
] as const satisfies readonly DeliveryMetric[];

/** A checked copy of an operation on a delivery. @throws {Refused} */
export function deliveryOperation(
  context: ValidationContext,
  action: DeliveryAction,
  input: OperationInput,
): DeliveryOperation {
  refuseOtherFields(context, input, DELIVERY_FIELDS[action]);
  const { identifiers } = input.fields;
  switch (action) {
    case 'event':
      return deviceEvent(context, deliveryIdentifiers(context, identifiers), input);
    case 'metric':
      return metric(context, deliveryIdentifiers(context, identifiers), input);
    case 'unsubscribe':
    case 'resubscribe':
      return { type: 'delivery', action, identifiers: deliveryPathIdentifiers(context, identifiers) };
  }
}

function deviceEvent(
  context: ValidationContext,
  identifiers: DeliveryOperation['identifiers'],
  { fields }: OperationInput,
): DeliveryEventOperation {
  const name = copyMetric(context, fields.name, DEVICE_METRICS);
  const timestamp = copyTimestamp(context, fields.timestamp);
  const { device_token, ...others } = copyAttributes(context, fields.attributes, 'attributes', RULES) ?? {};
  if (typeof device_token !== 'string') {
    const path = [...pathTo(context, 'attributes'), TOKEN];
    refuse('FIELD_MISSING', { path, expected: 'the token of the device, text', received: device_token });
  }
  return {
    type: 'delivery',
    action: 'event',
    identifiers,
    name,
    ...(timestamp === undefined ? {} : { timestamp }),
    attributes: { device_token, ...others },
  };
}

function metric(
  context: ValidationContext,
  identifiers: DeliveryOperation['identifiers'],
  { fields }: OperationInput,
): DeliveryMetricOperation {
  const name = copyMetric(context, fields.name, METRICS);
  const timestamp = copyTimestamp(context, fields.timestamp);
  const recipient = Number.isSafeInteger(fields.recipient)
    ? (copyPlain(context, fields.recipient, 'recipient') as number)
    : copyText(context, fields.recipient, 'recipient');
  const reason = copyText(context, fields.reason, 'reason');
  const href = copyText(context, fields.href, 'href');
  return {
    type: 'delivery',
    action: 'metric',
    identifiers,
    name,
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(recipient === undefined ? {} : { recipient }),
    ...(reason === undefined ? {} : { reason }),
    ...(href === undefined ? {} : { href }),
  };
}

function copyText(context: ValidationContext, value: unknown, field: OperationField): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string')
    refuse('FIELD_TYPE', { path: pathTo(context, field), expected: 'text', received: value });
  return copyPlain(context, value, field) as string;
}

function copyMetric<Metric extends DeliveryMetric>(
  context: ValidationContext,
  value: unknown,
  metrics: readonly Metric[],
): Metric {
  const expected = metrics.join(', ');
  requireField(context, value, 'name', expected);
  const known = metrics.find((name) => name === value);
  if (known === undefined) {
    refuse('DELIVERY_METRIC_UNKNOWN', { path: pathTo(context, 'name'), expected, received: value });
  }
  return known;
}
