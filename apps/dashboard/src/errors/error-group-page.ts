import type { TimelinePage } from '@cio-fleet/journal';
import type { Role } from '../access/identity.ts';
import { journalNotice } from '../journal/journal-notice.ts';
import type { JournalAnswer } from '../journal/journals.ts';
import { moment } from '../page/clock.ts';
import { formatCount } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { address, operationLink, personLink } from '../page/links.ts';
import { outcomeChip } from '../page/outcome-chip.ts';
import { table } from '../page/table.ts';
import type { ErrorGroup } from './error-groups.ts';
import { decide } from './errors-page.ts';

export interface ErrorGroupPageOptions {
  readonly workspace: string;
  readonly role: Role;
  readonly group: ErrorGroup;
  /** The newest failures of the group. */
  readonly failures: JournalAnswer<TimelinePage>;
}

/** One group of failures: whom it hits, and its newest cases. */
export function errorGroupPage(options: ErrorGroupPageOptions): Html {
  const { workspace, role, group, failures } = options;
  const rows = failures.kind === 'answer' ? failures.value.rows : [];
  const persons = [...new Set(rows.flatMap(({ person }) => person ?? []))];
  return html`<p><a href="${address('/errors', { workspace })}">Errors</a></p>
    <h1><code>${group.errorCode || 'without a code'}</code> ${group.action} <span class="chip ${group.state === 'open' ? 'bad' : ''}">${group.state}</span></h1>
    <p class="reason">${group.reason}</p>
    <dl class="card">
      <dt>Failures</dt><dd>${failuresOf(options)}</dd>
      <dt>Dead letters at rest</dt><dd>${formatCount(group.atRest)} operations</dd>
      <dt>Persons</dt><dd>about ${formatCount(group.persons)}</dd>
      <dt>HTTP status</dt><dd>${group.status === 0 ? 'no answer' : group.status}</dd>
      <dt>First seen</dt><dd>${moment(group.firstAt)}</dd>
      <dt>Last seen</dt><dd>${moment(group.lastAt)}</dd>
      <dt>Samples</dt><dd>${group.samples.map((sample) => html`${operationLink(workspace, sample)} `)}</dd>
    </dl>
    ${role === 'operator' && decide(workspace, group)}
    ${journalNotice(failures)}
    ${persons.length > 0 && html`<h2>Persons <span class="muted small">of the newest failures</span></h2><p class="facts">${persons.map((person) => html`<span>${personLink(workspace, person)}</span>`)}</p>`}
    ${
      rows.length > 0 &&
      html`<h2>Newest failures</h2>${table({
        label: 'Newest failures',
        columns: ['When', 'Outcome', 'Name', 'Source', 'Person', 'Reason', 'Operation'],
        rows: rows.map((row) => [
          moment(row.time),
          outcomeChip(row.outcome),
          row.name ?? '',
          row.source ?? '',
          row.person === null ? '' : personLink(workspace, row.person),
          html`<span class="clip" title="${row.reason ?? ''}">${row.reason ?? ''}</span>`,
          operationLink(workspace, row.operationId),
        ]),
      })}`
    }`;
}

function failuresOf({ group, failures }: ErrorGroupPageOptions): string {
  if (group.count !== undefined) return formatCount(group.count);
  return failures.kind === 'answer'
    ? 'none in the journal, which may not have come to them yet'
    : 'unknown without a journal';
}
