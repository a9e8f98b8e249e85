import { personOfPath } from './person-of-path.ts';
import { allOperations, given, objectOf, oneOperation, refusedBody, refusedCall, type V1Call } from './v1-call.ts';

/**
 * `PUT /customers/{identifier}`: the body is the attributes. `_timestamp` becomes the operation's time, `_update` and
 * `anonymous_id` stay attributes, `cio_relationships` moves beside them. Two operations where relationships are taken away.
 */
export function v1Identify(identifier: string | number, body: unknown): V1Call {
  const data = objectOf(body);
  if (data === undefined) return refusedBody(body);
  const identifiers = personOfPath(identifier);
  const { _timestamp: timestamp, cio_relationships: relations, ...attributes } = data;
  const identify = { type: 'person', action: 'identify', identifiers, attributes, ...given({ timestamp }) } as const;
  if (relations === undefined || relations === null) return oneOperation(identify);
  const { action, relationships } = objectOf(relations) ?? {};
  switch (action) {
    case 'add_relationships':
      // An empty or missing list is refused, as for the operation that only relates.
      return isFilledList(relationships)
        ? oneOperation({ ...identify, cio_relationships: relationships })
        : refusedCall('FIELD_MISSING', ['cio_relationships', 'relationships'], 'relationships', relationships);
    case 'delete_relationships':
      return allOperations([identify, { type: 'person', action, identifiers, cio_relationships: relationships }]);
    default: {
      const expected = 'add_relationships or delete_relationships';
      return refusedCall('FIELD_TYPE', ['cio_relationships', 'action'], expected, action);
    }
  }
}

/** `DELETE /customers/{identifier}` */
export function v1Delete(identifier: string | number): V1Call {
  return oneOperation({ type: 'person', action: 'delete', identifiers: personOfPath(identifier) });
}

/** `POST /customers/{identifier}/suppress` */
export function v1Suppress(identifier: string | number): V1Call {
  return oneOperation({ type: 'person', action: 'suppress', identifiers: personOfPath(identifier) });
}

/** `POST /customers/{identifier}/unsuppress` */
export function v1Unsuppress(identifier: string | number): V1Call {
  return oneOperation({ type: 'person', action: 'unsuppress', identifiers: personOfPath(identifier) });
}

/** `PUT /customers/{identifier}/devices`, body `{device:{id, platform, last_used?, attributes?}}`: v1's `id` is the token. */
export function v1AddDevice(identifier: string | number, body: unknown): V1Call {
  const { device: value } = objectOf(body) ?? {};
  const device = objectOf(value);
  if (device === undefined || value === undefined || value === null) return refusedBody(value, ['device']);
  const { id, ...rest } = device;
  return oneOperation({
    type: 'person',
    action: 'add_device',
    identifiers: personOfPath(identifier),
    device: given({ ...rest, token: tokenOf(id) }),
  });
}

/** `DELETE /customers/{identifier}/devices/{device_id}` */
export function v1DeleteDevice(identifier: string | number, deviceId: string | number): V1Call {
  const device = { token: String(deviceId) };
  return oneOperation({ type: 'person', action: 'delete_device', identifiers: personOfPath(identifier), device });
}

/** `POST /merge_customers`, body `{primary, secondary}`, one identifier each. */
export function v1Merge(body: unknown): V1Call {
  const data = objectOf(body);
  if (data === undefined) return refusedBody(body);
  return oneOperation({
    type: 'person',
    action: 'merge',
    ...given({ primary: data.primary, secondary: data.secondary }),
  });
}

function isFilledList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0;
}

/** customerio-node's callers may pass a number. */
function tokenOf(id: unknown): unknown {
  return typeof id === 'number' ? String(id) : id;
}
