import { given, objectOf, oneOperation, refusedBody, refusedCall, type V1Call } from './v1-call.ts';

/** `POST /metrics`, body `{delivery_id, metric, timestamp?, recipient?, reason?, href?}`. Customer.io asks for no credentials. */
export function v1Metric(body: unknown): V1Call {
  const data = objectOf(body);
  if (data === undefined) return refusedBody(body);
  const { delivery_id: id, metric: name, timestamp, recipient, reason, href } = data;
  return oneOperation({
    type: 'delivery',
    action: 'metric',
    identifiers: given({ id }),
    ...given({ name, timestamp, recipient, reason, href }),
  });
}

/**
 * `POST /push/events`, body `{delivery_id, event, device_id, timestamp}`. With a device it is v2's event of a delivery; without one
 * a metric of the delivery. Customer.io asks for no credentials.
 */
export function v1PushEvent(body: unknown): V1Call {
  const data = objectOf(body);
  if (data === undefined) return refusedBody(body);
  const { delivery_id: id, event: name, device_id: deviceToken, timestamp } = data;
  const identifiers = given({ id });
  if (deviceToken === undefined || deviceToken === null || deviceToken === '') {
    return oneOperation({ type: 'delivery', action: 'metric', identifiers, ...given({ name, timestamp }) });
  }
  const attributes = { device_token: deviceToken };
  return oneOperation({ type: 'delivery', action: 'event', identifiers, ...given({ name, timestamp }), attributes });
}

/** `POST /unsubscribe/{delivery_id}`, body `{unsubscribe}`: false subscribes again. Customer.io asks for no credentials. */
export function v1Unsubscribe(deliveryId: string | number, body: unknown): V1Call {
  const { unsubscribe } = objectOf(body) ?? {};
  if (typeof unsubscribe !== 'boolean') return refusedCall('FIELD_TYPE', ['unsubscribe'], 'true or false', unsubscribe);
  const action = unsubscribe ? 'unsubscribe' : 'resubscribe';
  return oneOperation({ type: 'delivery', action, identifiers: { id: String(deliveryId) } });
}
