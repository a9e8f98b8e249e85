import type { BrakeFilter } from '@cio-fleet/contracts';
import type { BrakeState, ParkedState } from '@cio-fleet/lanes';
import type { Role } from '../access/identity.ts';
import { formatBytes, formatCount, formatDuration } from './format.ts';
import { type Html, html } from './html.ts';
import { queueChips } from './lanes-table.ts';
import { table } from './table.ts';

export interface BrakesCardOptions {
  readonly workspace: string;
  readonly brakes: readonly BrakeState[];
  readonly parked: ParkedState;
  readonly role: Role;
  readonly nowMs: number;
}

/** What operators hold and discard, and what waits because of it; nothing at all in quiet times. */
export function brakesCard(options: BrakesCardOptions): Html {
  const { brakes, parked } = options;
  if (brakes.length === 0 && parked.operations === 0) return html``;
  return html`<section class="card" aria-label="Brakes">
    <h3>Brakes ${brakes.length > 0 && html`<span class="chip warn">${brakes.length} in force</span>`}</h3>
    <dl>
      <dt>Parked</dt><dd>${formatCount(parked.operations)} <span class="muted">of ${formatCount(parked.persons)} ${parked.persons === 1 ? 'person' : 'persons'}, ${formatBytes(parked.bytes)}</span></dd>
      <dt>Oldest</dt><dd>${formatDuration(parked.oldestWaitingMs)}</dd>
      <dt>Queues</dt><dd>${parked.sides.map(
        (side, index) =>
          html`<a href="/queues/queue/${side.queue}">${index === parked.shelf ? 'held' : 'leaving'}</a> ${formatCount(side.operations)} ${queueChips(side)} `,
      )}</dd>
    </dl>
    ${brakes.length > 0 && brakesTable(options)}
  </section>`;
}

function brakesTable({ workspace, brakes, role, nowMs }: BrakesCardOptions): Html {
  const canRelease = role === 'operator';
  return table({
    label: 'Brakes',
    columns: ['What', 'Who', '#Age', '#Stopped', ...(canRelease ? ['Release'] : [])],
    rows: brakes.map(({ id, kind, filter, by, at, reason, stopped }) => [
      html`<b>${kind}</b> ${describeFilter(filter)} ${reason !== undefined && html`<div class="muted small">${reason}</div>`}`,
      by,
      formatDuration(Math.max(0, nowMs - at)),
      formatCount(stopped),
      ...(canRelease ? [releaseForm(workspace, id)] : []),
    ]),
  });
}

function releaseForm(workspace: string, id: string): Html {
  return html`<form method="post" action="/brakes/release"><input type="hidden" name="workspace" value="${workspace}"><input type="hidden" name="brake" value="${id}"><button id="release-${id}">Release</button></form>`;
}

function describeFilter(filter: BrakeFilter): string {
  return Object.entries(filter)
    .map(([field, value]) => `${field} ${typeof value === 'number' ? new Date(value).toISOString() : value}`)
    .join(', ');
}
