import type { RedriveResult } from '@cio-fleet/lanes';
import type { Role } from '../access/identity.ts';
import type { Redrive } from '../fleet/redrives.ts';
import { formatCount, formatDuration } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { address } from '../page/links.ts';
import { describeFilter, FILTER_FIELDS, type FilterTexts, type RedriveFilter } from './redrive-filter.ts';
import { redriveStatus } from './redrive-status.ts';

export interface RedrivePageOptions {
  readonly workspaces: readonly string[];
  readonly workspace: string;
  readonly role: Role;
  readonly texts: FilterTexts;
  /** What a dry run counted; undefined before anybody asked. */
  readonly counted: { readonly filter: RedriveFilter; readonly result: RedriveResult } | undefined;
  readonly ratePerSecond: number;
  /** That run, or that ran last. */
  readonly redrives: readonly Redrive[];
}

const LABELS = {
  group: 'Error group',
  reason: 'Reason code',
  verb: 'Action',
  name: 'Name',
  source: 'Source',
  person: 'Person',
  since: 'Dead-lettered since (UTC)',
  until: 'Before (UTC)',
  ids: 'Dead letters or operations',
} as const satisfies Record<(typeof FILTER_FIELDS)[number], string>;

/** Which dead letters go back to their lanes: counts first, then asks, then shows how far it is. */
export function redrivePage(options: RedrivePageOptions): Html {
  const { redrives, role, counted } = options;
  return html`<h1>Redrive</h1>
    <div data-refresh="/redrive">${redrives.map((redrive) => redriveStatus(redrive, role, true))}</div>
    ${counted !== undefined && question(options, counted)}
    ${filterForm(options)}`;
}

function filterForm({ workspaces, workspace, texts }: RedrivePageOptions): Html {
  return html`<h2>Which dead letters</h2><form class="filter" method="get" action="/redrive">
    <label>Workspace <select name="workspace">${workspaces.map((name) => html`<option ${name === workspace && html`selected`}>${name}</option>`)}</select></label>
    ${FILTER_FIELDS.map(
      (field) =>
        html`<label>${LABELS[field]} <input name="${field}" value="${texts[field] ?? ''}" ${(field === 'since' || field === 'until') && html`placeholder="2026-11-21T12:00"`}></label>`,
    )}
    <button class="primary">Count</button>
  </form><p class="muted small">What is left empty doesn't narrow. Counting changes nothing.</p>`;
}

function question(
  { workspace, role, texts, ratePerSecond, redrives }: RedrivePageOptions,
  { filter, result }: NonNullable<RedrivePageOptions['counted']>,
): Html {
  const redrivable = result.matched - result.unreadable;
  const isRunning = redrives.some((redrive) => redrive.workspace === workspace && redrive.state === 'running');
  return html`<section class="question card">
    <h2>Dead letters in ${workspace}: <code>${describeFilter(filter)}</code></h2>
    ${filter.group !== undefined && html`<p><a href="${address('/errors', { workspace, group: filter.group })}">What this group of errors is</a></p>`}
    ${
      redrivable === 0
        ? html`<p><strong>None</strong> that rests now can be redriven.</p>`
        : html`<p><strong>${formatCount(redrivable)}</strong> dead letters (${formatCount(result.operations)} operations) would go back to their lanes, oldest first, ${formatCount(ratePerSecond)} a second: about ${formatDuration((redrivable / ratePerSecond) * 1000)}.</p>
    <p class="muted">They arrive later than what was accepted after them. What Customer.io rejects again comes back here.</p>`
    }
    ${result.unreadable > 0 && html`<p>${formatCount(result.unreadable)} more can't be read and stay.</p>`}
    ${
      role === 'operator'
        ? html`<form method="post" action="/redrive">
      <input type="hidden" name="workspace" value="${workspace}">
      ${Object.entries(texts).map(([field, text]) => html`<input type="hidden" name="${field}" value="${text}">`)}
      ${redrivable > 0 && !isRunning && html`<button class="primary">Redrive ${formatCount(redrivable)}</button>`}
      <a class="button" href="/redrive">Back</a>
    </form>`
        : html`<p class="muted">Your role is viewer: an operator can start it.</p>`
    }
  </section>`;
}
