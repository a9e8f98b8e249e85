import { withUnixDates } from '../dates.ts';
import type { MappingRow } from '../mapping-row.ts';
import { firstGiven, type Message, members } from '../message.ts';
import { CONTENT_EVENT } from '../refusal.ts';
import { anonymousPerson, knownPerson, namedObject } from '../subjects.ts';

/** Whether it is a track message of one of these names, which Customer.io compares exactly. */
export function isEvent(...names: readonly string[]): (message: Message) => boolean {
  return ({ type, event }) => type === 'track' && typeof event === 'string' && names.includes(event);
}

/**
 * Events that do something in Customer.io instead of being recorded.
 *
 * @see https://docs.customer.io/integrations/data-in/semantic-events/cio-journeys/
 */
export const SEMANTIC_ROWS: readonly MappingRow[] = [
  {
    name: 'User Deleted',
    takes: '`track` of `User Deleted`',
    gives: 'person `delete`',
    fits: isEvent('User Deleted'),
    map: (message) => [{ type: 'person', action: 'delete', identifiers: knownPerson(message) }],
  },
  {
    name: 'User Suppressed',
    takes: '`track` of `User Suppressed`',
    gives: 'person `suppress`',
    fits: isEvent('User Suppressed'),
    map: (message) => [{ type: 'person', action: 'suppress', identifiers: knownPerson(message) }],
  },
  {
    name: 'User Unsuppressed',
    takes: '`track` of `User Unsuppressed`',
    gives: 'person `unsuppress`',
    fits: isEvent('User Unsuppressed'),
    map: (message) => [{ type: 'person', action: 'unsuppress', identifiers: knownPerson(message) }],
  },
  {
    name: 'Relationship Deleted',
    takes: '`track` of `Relationship Deleted` with `properties.objectId`, perhaps `objectTypeId`',
    gives: 'object `delete_relationships` with the person',
    fits: isEvent('Relationship Deleted'),
    map: (message) => [
      {
        type: 'object',
        action: 'delete_relationships',
        identifiers: namedObject(message),
        cio_relationships: [{ identifiers: knownPerson(message) ?? anonymousPerson(message) }],
      },
    ],
  },
  {
    name: 'Object Deleted',
    takes: '`track` of `Object Deleted` with `properties.objectId`, perhaps `objectTypeId`',
    gives: 'object `delete`',
    fits: isEvent('Object Deleted'),
    map: (message) => [{ type: 'object', action: 'delete', identifiers: namedObject(message) }],
  },
  {
    name: 'Report Delivery Event',
    takes: '`track` of `Report Delivery Event` with `properties.deliveryId` and `metric`',
    gives: 'delivery `metric`, with `recipient`, `reason` and `href`; not with `actionName` and `actionValue`',
    fits: isEvent('Report Delivery Event'),
    map: ({ properties, timestamp }) => {
      const { deliveryId, metric, recipient, reason, href } = members(withUnixDates(properties));
      return [
        {
          type: 'delivery',
          action: 'metric',
          identifiers: { id: firstGiven(deliveryId) },
          name: firstGiven(metric),
          timestamp,
          recipient: firstGiven(recipient),
          reason: firstGiven(reason),
          href: firstGiven(href),
        },
      ];
    },
  },
  {
    name: 'Report Content Event',
    takes: '`track` of `Report Content Event`',
    gives: 'refused as `MESSAGE_UNSUPPORTED`: the Track API documents no operation for it',
    fits: isEvent('Report Content Event'),
    map: () => CONTENT_EVENT,
  },
];
