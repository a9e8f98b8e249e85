import { FINAL_STATES } from '@cio-fleet/contracts';
import type { DeadLetterState, RateState } from '@cio-fleet/lanes';
import type { Role } from '../access/identity.ts';
import type { FleetView, WorkspaceView } from '../fleet/fleet-monitor.ts';
import type { Redrive } from '../fleet/redrives.ts';
import { chartsSection } from '../overview/charts-section.ts';
import type { Past } from '../overview/past.ts';
import type { Problem } from '../overview/problem.ts';
import { problemsOfView, redisProblems } from '../overview/problems.ts';
import { abusersCard } from './abusers-card.ts';
import { brakesCard } from './brakes-card.ts';
import { changesCard } from './changes-card.ts';
import { operationsInAll } from './dead-letter-count.ts';
import { deadLettersCard } from './dead-letters-card.ts';
import { fallbackCard } from './fallback-card.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from './format.ts';
import { type Html, html } from './html.ts';
import { lanesTable } from './lanes-table.ts';
import { sparkline } from './sparkline.ts';
import { problemsList, verdict } from './verdict.ts';
import { workersTable } from './workers-table.ts';

export interface FleetPageOptions {
  readonly view: FleetView;
  /** By workspace. */
  readonly pasts: ReadonlyMap<string, Past>;
  readonly redriveOf: (workspace: string) => Redrive | undefined;
  readonly role: Role;
}

/** The body of the fleet page: everything that changes, so that the page can fetch and replace it. */
export function fleetPage({ view, pasts, redriveOf, role }: FleetPageOptions): Html {
  const shared = redisProblems(view.memory);
  const sections = view.workspaces.map((workspace) => {
    const past = pasts.get(workspace.outline.name);
    return { workspace, past, problems: problemsOfView(workspace, past) };
  });
  const { usedBytes, maxBytes } = view.memory;
  return html`<div id="fleet" data-refresh>
    ${verdict([...shared, ...sections.flatMap(({ problems }) => problems)])}
    ${problemsList(shared, 'Problems of Redis')}
    ${sections.map(({ workspace, past, problems }) =>
      workspaceSection({ view: workspace, past, problems, redrive: redriveOf(workspace.outline.name), role }),
    )}
    <p class="muted small">Redis uses ${formatBytes(usedBytes)}${maxBytes === undefined ? ', without a bound' : ` of ${formatBytes(maxBytes)}`}. This page refreshes itself every 2 seconds.</p></div>`;
}

/** In place of the fleet when Redis doesn't answer. */
export function fleetUnknown(problem: string): Html {
  return html`<div id="fleet" data-refresh><h1 class="verdict"><span class="dot bad"></span>Redis does not answer</h1>
    <p class="notice bad" role="alert"><strong>Redis does not answer</strong> (${problem}). Accepted operations are safe where they are; nothing moves until it is back. <span class="muted small">Runbook: Redis is away or refuses writes</span></p>
  </div>`;
}

interface Section {
  readonly view: WorkspaceView;
  readonly past: Past | undefined;
  readonly problems: readonly Problem[];
  readonly redrive: Redrive | undefined;
  readonly role: Role;
}

function workspaceSection({ view, past, problems, redrive, role }: Section): Html {
  const { outline, state, throughput, changes, abusers } = view;
  const { circuit, ledger, residue, lanes, fallback, parked, brakes, deadLetters, rate, workers, at } = state;
  const tone = { CLOSED: 'good', HALF_OPEN: 'warn', OPEN: 'bad' }[circuit.state];
  const oldestMs = lanes.reduce<number | null>((worst, { oldestWaitingMs }) => maxOf(worst, oldestWaitingMs), null);
  const waiting = lanes.reduce((sum, { operations }) => sum + operations, 0);
  return html`<section class="workspace" aria-label="Workspace ${outline.name}">
    <h2>${outline.name} <span class="badge">${outline.region}</span>
      <span class="chip ${tone}">Customer.io ${circuit.state}</span>
      <span class="muted small">${circuit.since !== null && `for ${formatDuration(Math.max(0, at - circuit.since))}`}${
        circuit.lastFailure !== null && `, last failure ${formatDuration(Math.max(0, at - circuit.lastFailure))} ago`
      }</span>
    </h2>
    ${problemsList(problems, `Problems of ${outline.name}`)}
    <div class="tiles">
      ${tile('Delivered', `${formatRate(throughput.deliveredPerSecond)}/s`, `accepted ${formatRate(throughput.acceptedPerSecond)}/s`)}
      <div class="tile wide"><span class="muted">Last 15 minutes</span>${sparkline(throughput.points, at)}<span class="legend"><i class="accepted"></i>accepted <i class="delivered"></i>delivered</span></div>
      ${past?.latency !== undefined && tile('Until delivered', formatDuration(past.latency.p50), `p95 ${formatDuration(past.latency.p95)}, p99 ${formatDuration(past.latency.p99)}`)}
      ${tile('Waiting in lanes', formatCount(waiting), `oldest ${formatDuration(oldestMs)}`)}
      ${tile('In fallback', formatCount(fallback.operations), `${formatCount(fallback.heldPersons)} ${fallback.heldPersons === 1 ? 'person' : 'persons'} held`, fallback.operations > 0 ? 'warn' : '')}
      ${tile('Dead letters', formatCount(deadLetters.deadLetters), deadLettersDetail(deadLetters), deadLetters.deadLetters > 0 ? 'warn' : '')}
      ${tile('Requests', `${formatRate(throughput.requestsPerSecond)}/s`, budgetOf(rate, outline.maxRequestsPerSecond, throughput.requestsPerSecond))}
    </div>
    <h3>Workers <span class="muted">${formatCount(workers.length)}</span></h3>
    ${workersTable(workers, at)}
    ${past !== undefined && chartsSection(past)}
    <h3>Lanes <span class="muted">${formatCount(lanes.length)}</span></h3>
    ${lanesTable({ lanes, workers, jobsPerSecond: throughput.laneJobsPerSecond })}
    <div class="cards">
      ${fallbackCard(fallback)}
      ${brakesCard({ workspace: outline.name, brakes, parked, role, nowMs: at })}
      ${deadLettersCard({ workspace: outline.name, deadLetters, redrive, role })}
      <section class="card" aria-label="Ledger">
        <h3>Ledger ${residue === 0 ? html`<span class="chip good">balanced</span>` : html`<span class="chip bad">residue ${formatCount(residue)}</span>`}</h3>
        <dl>
          <dt>Accepted</dt><dd>${formatCount(ledger.accepted)}</dd>
          ${[...FINAL_STATES, 'waiting' as const].map((name) => html`<dt>${capitalised(name)}</dt><dd>${formatCount(ledger[name])}</dd>`)}
        </dl>
      </section>
      ${abusersCard(abusers, at)}
      ${changesCard(changes, at)}
    </div>
  </section>`;
}

function deadLettersDetail(deadLetters: DeadLetterState): string {
  const operations = operationsInAll(deadLetters);
  return `${operations === undefined ? '' : `${operations}, `}oldest ${formatDuration(deadLetters.oldestMs)}`;
}

function tile(label: string, value: string, detail: string, tone = ''): Html {
  return html`<div class="tile ${tone}"><span class="muted">${label}</span><strong>${value}</strong><span class="muted small">${detail}</span></div>`;
}

/** How much of the budget is used, and how far it is lowered where it is. */
function budgetOf({ requestsPerSecond, current }: RateState, configured: number, used: number): string {
  const budget = requestsPerSecond ?? configured;
  const isLowered = current !== null && current < budget;
  const share = Math.round((used / (isLowered ? current : budget)) * 100);
  return `${share} % of ${isLowered ? `${formatRate(current)}/s, lowered from ${formatRate(budget)}/s` : `budget ${formatRate(budget)}/s`}`;
}

function maxOf(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return left ?? right;
  return Math.max(left, right);
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
