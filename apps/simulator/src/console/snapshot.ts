import type { Arrival } from '../arrivals.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import { nameOf, type Operation } from '../operation.ts';
import type { Simulation } from '../simulation.ts';
import type { StatsReading } from '../stats.ts';

const SHOWN_ARRIVALS = 40;
const DETAIL_CHARACTERS = 160;

/** One line of the page's table. All of it is text that somebody sent: escape it. */
export interface ArrivalLine {
  readonly sequence: number;
  readonly receivedAt: number;
  readonly siteId: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
  readonly outcome: string;
}

/** What the page shows at a moment. */
export interface Snapshot {
  readonly now: number;
  readonly stats: StatsReading;
  readonly people: number;
  readonly faults: FaultPlan;
  /** Newest first. */
  readonly arrivals: readonly ArrivalLine[];
}

export function snapshotOf(simulation: Simulation): Snapshot {
  const now = simulation.settings.now();
  return {
    now,
    stats: simulation.stats.read(),
    people: simulation.accounts.all.reduce((sum, { workspace }) => sum + workspace.people.size, 0),
    faults: simulation.faults.current(now),
    arrivals: simulation.arrivals.read({ limit: SHOWN_ARRIVALS }).map(lineOf).reverse(),
  };
}

const lineOf = ({ sequence, receivedAt, siteId, operation, outcome }: Arrival): ArrivalLine => ({
  sequence,
  receivedAt,
  siteId,
  action: operation.type === 'object' ? `object ${operation.action}` : operation.action,
  subject: subjectOf(operation),
  detail: detailOf(operation),
  outcome,
});

function subjectOf({ identifiers, primary, secondary }: Operation): string {
  const text = (part: object | undefined) => (part === undefined ? '' : Object.values(part).join(' '));
  const subject = primary === undefined ? text(identifiers) : `${text(secondary)} → ${text(primary)}`;
  return shorten(subject, 60);
}

function detailOf(operation: Operation): string {
  const { attributes, device, cio_relationships: relationships } = operation;
  const name = typeof operation.name === 'string' ? `${nameOf(operation)} ` : '';
  const content = attributes ?? device ?? relationships;
  return shorten(`${name}${content === undefined ? '' : JSON.stringify(content)}`, DETAIL_CHARACTERS);
}

const shorten = (text: string, characters: number): string =>
  text.length <= characters ? text : `${text.slice(0, characters - 1)}…`;
