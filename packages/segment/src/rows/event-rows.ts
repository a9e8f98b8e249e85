import type { OperationDraft } from '@cio-fleet/contracts';
import { eventData, viewData } from '../attributes.ts';
import type { MappingRow } from '../mapping-row.ts';
import type { Message } from '../message.ts';
import { anonymousPerson, type Identifiers, knownPerson } from '../subjects.ts';
import { pageName, screenName } from '../view-name.ts';

const isKnown = (type: string) => (message: Message) => message.type === type && message.userId !== undefined;
const isOf = (type: string) => (message: Message) => message.type === type;

/** What somebody did or saw, known or not. */
export const EVENT_ROWS: readonly MappingRow[] = [
  {
    name: 'track',
    takes: '`track` with `userId`',
    gives: 'person `event`: `event` as name, `properties` as data',
    fits: isKnown('track'),
    map: (message) => [track(message, knownPerson(message))],
  },
  {
    name: 'track, anonymous',
    takes: '`track` with `anonymousId` alone',
    gives: 'the same `event` of an `anonymous_id`',
    fits: isOf('track'),
    map: (message) => [track(message, anonymousPerson(message))],
  },
  {
    name: 'page',
    takes: '`page` with `userId`',
    gives:
      'person `page`: the address (`properties.url`, `context.page.url`) as name, else `name`, `category`, `properties.path`; `properties`, `name` and `category` as data',
    fits: isKnown('page'),
    map: (message) => [page(message, knownPerson(message))],
  },
  {
    name: 'page, anonymous',
    takes: '`page` with `anonymousId` alone',
    gives: 'the same `page` of an `anonymous_id`',
    fits: isOf('page'),
    map: (message) => [page(message, anonymousPerson(message))],
  },
  {
    name: 'screen',
    takes: '`screen` with `userId`',
    gives: 'person `screen`: `name` as name, else `event`, `category`; `properties`, `name` and `category` as data',
    fits: isKnown('screen'),
    map: (message) => [screen(message, knownPerson(message))],
  },
  {
    name: 'screen, anonymous',
    takes: '`screen` with `anonymousId` alone',
    gives: 'the same `screen` of an `anonymous_id`',
    fits: isOf('screen'),
    map: (message) => [screen(message, anonymousPerson(message))],
  },
];

function track(message: Message, identifiers: Identifiers | undefined): OperationDraft {
  const { event: name, timestamp } = message;
  return { type: 'person', action: 'event', identifiers, name, timestamp, attributes: eventData(message) };
}

function page(message: Message, identifiers: Identifiers | undefined): OperationDraft {
  const { timestamp } = message;
  return {
    type: 'person',
    action: 'page',
    identifiers,
    name: pageName(message),
    timestamp,
    attributes: viewData(message),
  };
}

function screen(message: Message, identifiers: Identifiers | undefined): OperationDraft {
  const { timestamp } = message;
  const name = screenName(message);
  return { type: 'person', action: 'screen', identifiers, name, timestamp, attributes: viewData(message) };
}
