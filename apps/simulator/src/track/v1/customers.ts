import { isJsonObject } from '../../json.ts';
import type { Operation } from '../../operation.ts';
import { required } from '../../problem.ts';
import { validateOperation } from '../../validate/operation.ts';
import { type Call, type Reading, reading, refusedReading } from './call.ts';
import { pathIdentifier } from './path-identifier.ts';

const onPerson = (call: Call, rest: Omit<Operation, 'type'>): Reading => {
  const operation: Operation = { type: 'person', identifiers: pathIdentifier(call.parameters[0] ?? ''), ...rest };
  return reading(operation, validateOperation(operation, false));
};

/** `PUT /customers/{identifier}`: the body is the attributes. A number as `id` is taken where the path has the same. */
export function identifyCustomer(call: Call): Reading {
  const { id } = call.body;
  const isSameId = Number.isSafeInteger(id) && String(id) === call.parameters[0];
  const attributes = isSameId ? { ...call.body, id: call.parameters[0] } : call.body;
  return onPerson(call, { action: 'identify', attributes });
}

/** `DELETE /customers/{identifier}` */
export const deleteCustomer = (call: Call): Reading => onPerson(call, { action: 'delete' });

/** `POST /customers/{identifier}/suppress` */
export const suppressCustomer = (call: Call): Reading => onPerson(call, { action: 'suppress' });

/** `POST /customers/{identifier}/unsuppress` */
export const unsuppressCustomer = (call: Call): Reading => onPerson(call, { action: 'unsuppress' });

/** `PUT /customers/{identifier}/devices`: v1 calls the token `id`. */
export function addCustomerDevice(call: Call): Reading {
  const { device } = call.body;
  if (!isJsonObject(device)) return refusedReading(required('device', 'device must be present and a hash'));
  const { id: token, ...rest } = device;
  return onPerson(call, { action: 'add_device', device: { ...rest, token } });
}

/** `DELETE /customers/{identifier}/devices/{device_id}` */
export const deleteCustomerDevice = (call: Call): Reading =>
  onPerson(call, { action: 'delete_device', device: { token: call.parameters[1] } });

/** `POST /merge_customers`: `{primary, secondary}`, one identifier each. */
export function mergeCustomers({ body }: Call): Reading {
  const operation = { ...body, type: 'person', action: 'merge' } as Operation;
  return reading(operation, validateOperation(operation, false));
}
