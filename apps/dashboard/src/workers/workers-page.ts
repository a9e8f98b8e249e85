import type { Deploy, FleetState, WorkerState } from '@cio-fleet/lanes';
import type { Role } from '../access/identity.ts';
import { moment } from '../page/clock.ts';
import { formatBytes, formatCount, formatDuration, formatRanges } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { table } from '../page/table.ts';
import { circuitChip, lastErrorOf } from '../page/workers-table.ts';

export interface WorkersPageOptions {
  readonly workspace: string;
  readonly switcher: Html;
  readonly role: Role;
  readonly state: FleetState;
  readonly deploys: readonly Deploy[];
}

const NUMBERS = ['#Delivered', '#Requests', '#Memory', '#Loop lag', '#Heartbeat', '#Up'];

/** Who delivers, how each one fares, and the switch that makes one quiet. */
export function workersPage({ workspace, switcher, role, state, deploys }: WorkersPageOptions): Html {
  const { workers, at, lanes } = state;
  const unowned = lanes.filter(({ owner }) => owner === null).map(({ lane }) => lane);
  return html`<h1>Workers</h1>${switcher}
    <div data-refresh>
      ${workers.length === 0 && html`<p class="notice bad" role="alert"><strong>No live worker.</strong> Nothing is delivered. Start one: <code>npm run start:worker</code></p>`}
      ${workers.length > 0 && unowned.length > 0 && html`<p class="notice warn" role="alert">Nobody takes ${unowned.length === 1 ? 'lane' : 'lanes'} ${formatRanges(unowned)}: workers are just changing, or all are quiet.</p>`}
      ${
        workers.length > 0 &&
        table({
          label: 'Workers',
          columns: [...['Worker', 'Version', 'Lanes', 'Breaker', 'Last error'], ...NUMBERS],
          rows: workers.map((worker) => [
            html`<span class="strong clip short" title="${worker.host}">${worker.host}:${worker.pid ?? '?'}</span> ${worker.quiet && html`<span class="chip warn">quiet</span>`}<div class="muted id">${worker.id}</div>${role === 'operator' && quietSwitch(workspace, worker)}`,
            html`<span class="clip short" title="${worker.version}">${worker.version}</span>`,
            html`${formatRanges(worker.lanes)}${worker.fallback && html` <span class="chip">fallback</span>`}${worker.deadLetter && html` <span class="chip">dead-letter</span>`}`,
            circuitChip(worker, at),
            lastErrorOf(worker, at),
            formatCount(worker.delivered),
            formatCount(worker.requests),
            formatBytes(worker.memoryBytes),
            worker.eventLoopLagMs === null ? '–' : `${Math.round(worker.eventLoopLagMs)} ms`,
            worker.at === null ? '–' : `${formatDuration(Math.max(0, at - worker.at))} ago`,
            formatDuration(worker.startedAt === null ? null : Math.max(0, at - worker.startedAt)),
          ]),
        })
      }
    </div>
    <p class="muted small">A quiet worker ends what it works on, hands its lanes to the others, and stays alive until it is resumed or stopped.</p>
    ${
      deploys.length > 0 &&
      html`<h2>Deploys</h2>${table({
        label: 'Deploys',
        columns: ['Since', 'Version'],
        rows: deploys
          .slice(0, 10)
          .map((deploy) => [
            moment(deploy.at),
            html`<span class="clip" title="${deploy.version}">${deploy.version}</span>`,
          ]),
      })}`
    }`;
}

function quietSwitch(workspace: string, { id, quiet }: WorkerState): Html {
  return html`<form class="actions" method="post" action="/workers/${quiet ? 'resume' : 'quiet'}"><input type="hidden" name="workspace" value="${workspace}"><input type="hidden" name="worker" value="${id}"><button id="switch-${id}" aria-label="${quiet ? 'Resume' : 'Make quiet'} ${id}">${quiet ? 'Resume' : 'Make quiet'}</button></form>`;
}
