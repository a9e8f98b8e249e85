import type { DeliveryOperation } from '../operation.ts';
import { copyAttributes, EVENT_RULES } from './attributes.ts';
import { deliveryIdentifiers } from './identifiers.ts';
import { type OperationInput, refuseOtherFields, requireField } from './operation-fields.ts';
import { copyTimestamp } from './operation-timestamp.ts';
import { refuse } from './refuse.ts';
import { pathTo, type ValidationContext } from './validation-context.ts';

const FIELDS = ['type', 'action', 'identifiers', 'name', 'timestamp', 'attributes'] as const;
const METRICS = ['opened', 'converted', 'delivered'] as const;

/** A checked copy of a metric of a delivery. @throws {Refused} */
export function deliveryOperation(context: ValidationContext, input: OperationInput): DeliveryOperation {
  const { fields } = input;
  refuseOtherFields(context, input, FIELDS);
  const identifiers = deliveryIdentifiers(context, fields.identifiers, 'identifiers');
  const name = copyMetric(context, fields.name);
  const timestamp = copyTimestamp(context, fields.timestamp);
  const attributes = copyAttributes(context, fields.attributes, 'attributes', EVENT_RULES);
  return {
    type: 'delivery',
    action: 'event',
    identifiers,
    name,
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(attributes === undefined ? {} : { attributes }),
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
