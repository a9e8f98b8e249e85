import { moment } from '../page/clock.ts';
import { type Html, html } from '../page/html.ts';
import { address } from '../page/links.ts';
import { table } from '../page/table.ts';
import type { RecentChange } from './recent-changes.ts';

export interface AuditPageOptions {
  readonly workspace: string;
  readonly switcher: Html;
  readonly user: string | undefined;
  readonly action: string | undefined;
  readonly changes: readonly RecentChange[];
  /** Where older ones begin. */
  readonly next: string | undefined;
}

/** Who changed what, from Bull Board, from these pages and from the command line. */
export function auditPage({ workspace, switcher, user, action, changes, next }: AuditPageOptions): Html {
  return html`<h1>Audit</h1>${switcher}
    <form class="filter" method="get" action="/audit">
      <input type="hidden" name="workspace" value="${workspace}">
      <label>User <input name="user" value="${user ?? ''}"></label>
      <label>Action <input name="action" value="${action ?? ''}"></label>
      <button>Show</button>
    </form>
    ${
      changes.length === 0
        ? html`<p class="notice">Nobody has changed anything${next === undefined ? '' : ' here; there is more further back'}.</p>`
        : table({
            label: 'Changes',
            columns: ['When', 'Who', 'Role', 'What', 'Where', 'Detail', 'Result'],
            rows: changes.map((change) => [
              moment(change.at),
              html`<span class="clip short" title="${change.user}">${change.user}</span>`,
              change.role,
              html`<b class="clip short" title="${change.action}">${change.action}</b>`,
              html`${change.queue} <span class="id">${change.job}</span>`,
              html`<span class="reason">${change.detail}</span>`,
              change.result,
            ]),
          })
    }
    ${next !== undefined && html`<p><a class="button" rel="next" href="${address('/audit', { workspace, user, action, before: next })}">Older …</a></p>`}
    <p class="muted small">About the last 10,000 changes. What was refused is in the log of the dashboard.</p>`;
}
