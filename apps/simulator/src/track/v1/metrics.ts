import type { JsonObject } from '../../json.ts';
import type { Operation } from '../../operation.ts';
import { invalid, type Problem, required } from '../../problem.ts';
import { validateTimestamp } from '../../validate/event.ts';
import { type Call, type Reading, reading, refusedReading } from './call.ts';

const METRICS = new Set<unknown>('bounced clicked converted deferred delivered dropped opened spammed'.split(' '));
const DEVICE_METRICS = new Set<unknown>(['opened', 'converted', 'delivered']);

/** `POST /metrics`, without credentials. */
export function reportMetric({ body }: Call): Reading {
  const { delivery_id: id, metric, timestamp, recipient, reason, href } = body;
  const operation = delivery('metric', { id, name: metric, timestamp, attributes: { recipient, reason, href } });
  return reading(operation, validate(id, timestamp) ?? expectMetric('metric', metric, METRICS));
}

/** `POST /push/events`, deprecated, without credentials. */
export function reportPushEvent({ body }: Call): Reading {
  const { delivery_id: id, event, device_id: deviceToken, timestamp } = body;
  const operation = delivery('event', { id, name: event, timestamp, attributes: { device_token: deviceToken } });
  return reading(operation, validate(id, timestamp) ?? expectMetric('event', event, DEVICE_METRICS));
}

/** `POST /unsubscribe/{delivery_id}` at the root of the host, without credentials. */
export function unsubscribe({ parameters, body, contentType }: Call): Reading {
  const [id = ''] = parameters;
  if (!/^application\/json\b/i.test(contentType ?? '')) {
    return refusedReading(required('Content-Type', 'expected Content-Type: application/json'));
  }
  if (!/^[\w-]{1,200}=*$/.test(id)) return refusedReading(invalid('delivery_id', 'delivery id has a wrong format'));
  if (typeof body.unsubscribe !== 'boolean') {
    return refusedReading(invalid('unsubscribe', 'unsubscribe must be true or false'));
  }
  const name = body.unsubscribe ? 'unsubscribed' : 'resubscribed';
  return reading(delivery('unsubscribe', { id, name, timestamp: undefined, attributes: {} }), undefined);
}

interface Report {
  readonly id: unknown;
  readonly name: unknown;
  readonly timestamp: unknown;
  readonly attributes: JsonObject;
}

const delivery = (action: string, { id, name, timestamp, attributes }: Report): Operation => ({
  type: 'delivery',
  action,
  identifiers: { id },
  name,
  timestamp,
  attributes,
});

function validate(id: unknown, timestamp: unknown): Problem | undefined {
  if (typeof id !== 'string' || id === '') return required('delivery_id', 'delivery_id must be present');
  return validateTimestamp(timestamp, 'timestamp');
}

const expectMetric = (field: string, metric: unknown, known: ReadonlySet<unknown>): Problem | undefined =>
  known.has(metric) ? undefined : invalid(field, `${field} must be one of ${[...known].join(', ')}`);
