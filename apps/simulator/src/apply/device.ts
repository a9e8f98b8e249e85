import type { Operation } from '../operation.ts';
import { identifierOf } from '../state/identifier.ts';
import type { Workspace } from '../state/workspace.ts';
import type { Outcome } from './outcome.ts';

/** Adds or updates a device by its token. */
export function addDevice(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  const identifier = identifierOf(operation.identifiers);
  if (workspace.suppressions.has(identifier)) return 'suppressed';
  const person = workspace.people.findOrCreate(identifier);
  if (person === undefined) return 'no-such-person';
  const device = operation.device ?? {};
  const token = device.token as string;
  person.devices.set(token, {
    token,
    platform: device.platform as string,
    last_used: device.last_used ?? Math.floor(nowMs / 1000),
    attributes: device.attributes ?? person.devices.get(token)?.attributes ?? {},
  });
  return 'applied';
}

/** Removes a device; one that isn't there is as good as removed. */
export function deleteDevice(workspace: Workspace, operation: Operation): Outcome {
  const identifier = identifierOf(operation.identifiers);
  if (workspace.suppressions.has(identifier)) return 'suppressed';
  const person = workspace.people.find(identifier);
  if (person === undefined) return 'no-such-person';
  person.devices.delete(operation.device?.token as string);
  return 'applied';
}
