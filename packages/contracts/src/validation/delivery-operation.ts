import type { DeliveryOperation } from '../operation.ts';
import { type AttributeRules, copyAttributes } from './attributes.ts';
import { requireDeviceToken } from './device-token.ts';
import { deliveryIdentifiers } from './identifiers.ts';
import { type OperationInput, refuseOtherFields, requireField } from './operation-fields.ts';
import { copyTimestamp } from './operation-timestamp.ts';
import { copyPlain } from './plain-copy.ts';
import { refuse } from './refuse.ts';
import { pathTo, type ValidationContext } from './validation-context.ts';

const FIELDS = ['type', 'action', 'identifiers', 'name', 'timestamp', 'attributes'] as const;
/** The device that got the message is named among the attributes, and must be. */
const TOKEN = 'device_token';
const RULES: AttributeRules = { stored: false, reserved: new Map([[TOKEN, requireDeviceToken]]), copy: copyPlain };
const METRICS = ['opened', 'converted', 'delivered'] as const;

/** A checked copy of a metric of a delivery. @throws {Refused} */
export function deliveryOperation(context: ValidationContext, input: OperationInput): DeliveryOperation {
  const { fields } = input;
  refuseOtherFields(context, input, FIELDS);
  const identifiers = deliveryIdentifiers(context, fields.identifiers, 'identifiers');
  const name = copyMetric(context, fields.name);
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

function copyMetric(context: ValidationContext, value: unknown): DeliveryOperation['name'] {
  const expected = METRICS.join(', ');
  requireField(context, value, 'name', expected);
  const metric = METRICS.find((known) => known === value);
  if (metric === undefined) {
    refuse('DELIVERY_METRIC_UNKNOWN', { path: pathTo(context, 'name'), expected, received: value });
  }
  return metric;
}
