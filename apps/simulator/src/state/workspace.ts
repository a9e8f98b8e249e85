import { AnonymousEvents } from './anonymous-events.ts';
import { Deliveries } from './deliveries.ts';
import { Directory } from './directory.ts';
import { EventIds } from './event-ids.ts';
import { Objects } from './objects.ts';
import { RecentEvents } from './recent-events.ts';
import { Suppressions } from './suppressions.ts';

/** How much a workspace keeps. Counts are exact whatever these say. */
export interface Retention {
  /** Events that can be read out for one person. */
  readonly maxEventsPerPerson: number;
  /** Events that can be read out in all. */
  readonly maxStoredEvents: number;
  /** Event ids among which a repeat is recognised; at least half of them at any time. */
  readonly maxEventIds: number;
}

/** Everything that one Customer.io workspace knows. */
export interface Workspace {
  readonly people: Directory;
  readonly suppressions: Suppressions;
  readonly eventIds: EventIds;
  readonly recentEvents: RecentEvents;
  readonly anonymousEvents: AnonymousEvents;
  readonly objects: Objects;
  readonly deliveries: Deliveries;
}

export const newWorkspace = (retention: Retention): Workspace => ({
  people: new Directory(),
  suppressions: new Suppressions(),
  eventIds: new EventIds(retention.maxEventIds),
  recentEvents: new RecentEvents(retention.maxEventsPerPerson, retention.maxStoredEvents),
  anonymousEvents: new AnonymousEvents(retention.maxEventsPerPerson),
  objects: new Objects(),
  deliveries: new Deliveries(),
});
