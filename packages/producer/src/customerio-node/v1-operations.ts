import { isUlid } from '@cio-fleet/contracts';

/** An object of JSON data, as it would have gone over the wire. */
export type JsonObject = Readonly<Record<string, unknown>>;

const EMAIL_LIKE = /^[^\s@]+@[^\s@]+$/;

/**
 * The person that a v1 path means: Customer.io tells the kind of identifier by its shape, and the same person must be meant
 * here.
 *
 * @see https://docs.customer.io/integrations/api/track/#operation/identify (path parameter `identifier`)
 */
export function personOfPath(customerId: string | number): JsonObject {
  const text = String(customerId);
  if (text.startsWith('cio_')) return { cio_id: text.slice('cio_'.length) };
  return EMAIL_LIKE.test(text) ? { email: text } : { id: text };
}

/** What `JSON.stringify` makes of `data`: what customerio-node would have sent (dates as text, no `undefined`). */
export function wireData(data: unknown): unknown {
  const text = JSON.stringify(data);
  return text === undefined ? undefined : JSON.parse(text);
}

/** v1's identify in v2's shape: one operation, or two where relationships are taken away as well. */
export function identifyOperations(customerId: string | number, data: unknown): readonly JsonObject[] {
  const identifiers = personOfPath(customerId);
  const { _timestamp: timestamp, cio_relationships: relations, ...attributes } = (wireData(data) ?? {}) as JsonObject;
  const { action, relationships } = (relations ?? {}) as JsonObject;
  const identify = {
    type: 'person',
    action: 'identify',
    identifiers,
    attributes,
    ...(timestamp === undefined || timestamp === null ? {} : { timestamp }),
    ...(relationships !== undefined && action !== 'delete_relationships' ? { cio_relationships: relationships } : {}),
  };
  if (relationships === undefined || action !== 'delete_relationships') return [identify];
  return [identify, { type: 'person', action, identifiers, cio_relationships: relationships }];
}

/** v1's event in v2's shape. An `id` that isn't a ULID can't travel as one, so it becomes the idempotency key. */
export function eventOperation(identifiers: JsonObject, data: unknown): JsonObject {
  const { name, data: attributes, id, timestamp, type } = wireData(data) as JsonObject;
  const eventId = typeof id === 'string' ? id.toUpperCase() : id;
  return {
    type: 'person',
    action: type === 'page' || type === 'screen' ? type : 'event',
    identifiers,
    name: typeof name === 'number' ? String(name) : name,
    ...(attributes === undefined || attributes === null ? {} : { attributes }),
    ...(timestamp === undefined || timestamp === null ? {} : { timestamp }),
    ...(isUlid(eventId) ? { id: eventId } : {}),
    ...(isGivenText(id) && !isUlid(eventId) ? { idempotencyKey: String(id).slice(0, 64) } : {}),
  };
}

function isGivenText(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

/** The arguments of addDevice. */
export interface DeviceArguments {
  readonly customerId: string | number;
  readonly token: string;
  readonly platform: string;
  readonly data: unknown;
}

/** v1's arguments of addDevice in v2's shape: the device's `id` is its `token`. */
export function deviceOperation({ customerId, token, platform, data }: DeviceArguments): JsonObject {
  const { last_used: lastUsed, ...attributes } = (wireData(data) ?? {}) as JsonObject;
  return {
    type: 'person',
    action: 'add_device',
    identifiers: personOfPath(customerId),
    device: {
      token: String(token),
      platform,
      ...(lastUsed === undefined || lastUsed === null ? {} : { last_used: lastUsed }),
      ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
    },
  };
}

const DEVICE_METRICS = new Set<unknown>(['opened', 'converted', 'delivered']);

/** A delivery's metric in v2's shape; undefined for those that only v1 takes. */
export function metricOperation(metric: unknown, data: JsonObject): JsonObject | undefined {
  if (!DEVICE_METRICS.has(metric)) return undefined;
  const { delivery_id: id, device_id: deviceToken, timestamp, recipient, reason, href } = data;
  const attributes = Object.fromEntries(
    Object.entries({ device_token: deviceToken, recipient, reason, href }).filter(([, value]) => value !== undefined),
  );
  return {
    type: 'delivery',
    action: 'event',
    identifiers: { id },
    name: metric,
    ...(timestamp === undefined || timestamp === null ? {} : { timestamp }),
    ...(Object.keys(attributes).length > 0 ? { attributes } : {}),
  };
}
