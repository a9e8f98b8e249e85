import type { OperationDraft } from '@cio-fleet/contracts';
import { eventData } from '../attributes.ts';
import { deviceOf, deviceToken } from '../device.ts';
import type { MappingRow } from '../mapping-row.ts';
import type { Message } from '../message.ts';
import { knownPerson } from '../subjects.ts';
import { isEvent } from './semantic-rows.ts';

const hasDevice = (message: Message) => knownPerson(message) !== undefined && deviceToken(message) !== undefined;
const isStart = isEvent('Application Installed', 'Application Opened');
const isEnd = isEvent('Application Uninstalled');

/**
 * Events about the device of a person. Those of an app's life without a known person and a token are events as all others.
 *
 * @see https://docs.customer.io/integrations/data-in/semantic-events/cio-journeys/#create-or-update-device
 */
export const DEVICE_ROWS: readonly MappingRow[] = [
  {
    name: 'Device Created or Updated',
    takes:
      '`track` of `Device Created or Updated` with `context.device.token` and `type`, or both in `properties.device`',
    gives:
      'person `add_device`: `type` as platform, the time as `last_used`, plain properties and `context.app.version` as attributes',
    fits: isEvent('Device Created or Updated'),
    map: (message) => [addDevice(message)],
  },
  {
    name: 'Device Deleted',
    takes: '`track` of `Device Deleted` with a token in the same place',
    gives: 'person `delete_device`',
    fits: isEvent('Device Deleted'),
    map: (message) => [deleteDevice(message)],
  },
  {
    name: 'Application Opened',
    takes: '`track` of `Application Installed` or `Application Opened` with `userId` and a token',
    gives: 'person `add_device`, then the event',
    fits: (message) => isStart(message) && hasDevice(message),
    map: (message) => [addDevice(message), event(message)],
  },
  {
    name: 'Application Uninstalled',
    takes: '`track` of `Application Uninstalled` with `userId` and a token',
    gives: 'the event, then person `delete_device`',
    fits: (message) => isEnd(message) && hasDevice(message),
    map: (message) => [event(message), deleteDevice(message)],
  },
];

function addDevice(message: Message): OperationDraft {
  return { type: 'person', action: 'add_device', identifiers: knownPerson(message), device: deviceOf(message) };
}

function deleteDevice(message: Message): OperationDraft {
  const device = { token: deviceToken(message) };
  return { type: 'person', action: 'delete_device', identifiers: knownPerson(message), device };
}

function event(message: Message): OperationDraft {
  return {
    type: 'person',
    action: 'event',
    identifiers: knownPerson(message),
    name: message.event,
    timestamp: message.timestamp,
    attributes: eventData(message),
  };
}
