import type { Role } from '../access/identity.ts';
import { MOST_DEAD_LETTERS } from '../fleet/resting-dead-letters.ts';
import { journalNotice } from '../journal/journal-notice.ts';
import { moment } from '../page/clock.ts';
import { formatCount } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { address } from '../page/links.ts';
import { table } from '../page/table.ts';
import { type ErrorGroup, type ErrorGroups, MAX_GROUPS } from './error-groups.ts';

export const SHOWN_STATES = ['open', 'resolved', 'ignored', 'all'] as const;

export type ShownState = (typeof SHOWN_STATES)[number];

/** What wasn't there an hour ago may have come with a deploy. */
const NEW_MS = 3_600_000;

export interface ErrorsPageOptions {
  readonly workspace: string;
  readonly switcher: Html;
  readonly role: Role;
  readonly hours: number;
  readonly shown: ShownState;
  readonly found: ErrorGroups;
}

/** What fails, equal failures together. */
export function errorsPage({ workspace, switcher, role, hours, shown, found }: ErrorsPageOptions): Html {
  const groups = found.groups.filter(({ state }) => shown === 'all' || state === shown);
  const countOf = (state: ShownState) =>
    found.groups.filter((group) => state === 'all' || group.state === state).length;
  return html`<h1>Errors</h1>${switcher}
    ${journalNotice(found.journal)}
    <form class="filter" method="get" action="/errors">
      <input type="hidden" name="workspace" value="${workspace}">
      <label>Show <select name="state">${SHOWN_STATES.map((state) => html`<option value="${state}" ${state === shown && html`selected`}>${state} (${countOf(state)})</option>`)}</select></label>
      <label>Hours back <input type="number" name="hours" min="1" max="8760" value="${hours}"></label>
      <button>Show</button>
    </form>
    ${
      groups.length === 0
        ? html`<p class="notice good">No ${shown === 'all' ? '' : shown} errors within ${hours} hours, and none at rest.</p>`
        : table({
            label: 'Errors in groups',
            columns: ['What fails', '#Failures', '#At rest', '#Persons', 'Last seen', 'First seen'],
            rows: groups.map((group) => [
              html`${groupTitle(workspace, group)}${role === 'operator' && decide(workspace, group)}`,
              group.count === undefined ? '–' : formatCount(group.count),
              formatCount(group.atRest),
              formatCount(group.persons),
              moment(group.lastAt),
              moment(group.firstAt),
            ]),
          })
    }
    ${!found.sawAllGroups && html`<p class="muted small">Of the journal's groups, the largest ${formatCount(MAX_GROUPS)} are shown; fewer hours show smaller ones.</p>`}
    ${!found.sawAllDeadLetters && html`<p class="muted small">Of the dead letters, the newest ${formatCount(MOST_DEAD_LETTERS)} were looked at.</p>`}`;
}

function groupTitle(workspace: string, group: ErrorGroup): Html {
  const { errorCode, action, status, reason, state, decision, fingerprint, firstAt } = group;
  const isBack = decision?.state === 'resolved' && state === 'open';
  return html`<a class="strong" href="${address('/errors', { workspace, group: fingerprint })}">${errorCode || 'without a code'}</a>
    <b>${action}</b>${status !== 0 && html` <span class="muted">HTTP ${status}</span>`}
    ${decision === undefined && Date.now() - firstAt < NEW_MS && html`<span class="chip warn">new</span>`}
    ${isBack && html`<span class="chip bad">back since resolved</span>`}
    ${!isBack && decision !== undefined && html`<span class="chip">${state} by ${decision.by}</span>`}
    <div class="reason">${reason}</div>`;
}

/** The forms that decide about a group. */
export function decide(workspace: string, { fingerprint, state, atRest }: ErrorGroup): Html {
  const form = (to: 'resolve' | 'ignore' | 'reopen', label: string) =>
    html`<form method="post" action="/errors/${to}"><input type="hidden" name="workspace" value="${workspace}"><input type="hidden" name="group" value="${fingerprint}"><button>${label}</button></form>`;
  return html`<div class="actions">${state === 'open' ? html`${form('resolve', 'Resolve')}${form('ignore', 'Ignore')}` : form('reopen', 'Reopen')}
    ${atRest > 0 && html`<a class="button" href="${address('/redrive', { workspace, group: fingerprint })}">Redrive …</a>`}</div>`;
}
