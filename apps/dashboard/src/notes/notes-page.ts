import type { Note } from '@cio-fleet/journal';
import { journalNotice } from '../journal/journal-notice.ts';
import { moment } from '../page/clock.ts';
import { formatCount } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { noteLink, sessionLink } from '../page/links.ts';
import { table } from '../page/table.ts';
import { type FoundNotes, MOST_NOTES } from './find-notes.ts';
import { DEFAULT_DAYS, NOTE_OWNERS, type NotesQuestion } from './notes-question.ts';

export interface NotesPageOptions {
  readonly workspace: string;
  readonly switcher: Html;
  readonly question: NotesQuestion | undefined;
  /** Undefined before anybody asked. */
  readonly found: FoundNotes | undefined;
}

/** Notes and session notices of one session, user, terminal or component. */
export function notesPage({ workspace, switcher, question, found }: NotesPageOptions): Html {
  return html`<h1>Notes of …</h1>${switcher}
    <form class="filter" method="get" action="/notes" role="search">
      <input type="hidden" name="workspace" value="${workspace}">
      <label class="grow">Session, user, terminal or component <input type="search" name="q" value="${question?.text ?? ''}" required maxlength="256" ${question === undefined && html`autofocus`}></label>
      <label>By <select name="by"><option value="">anything</option>${NOTE_OWNERS.map((owner) => html`<option value="${owner}" ${owner === question?.by && html`selected`}>${owner}</option>`)}</select></label>
      <label>Days back <input type="number" name="days" min="1" max="3650" value="${question?.days ?? DEFAULT_DAYS}"></label>
      <button class="primary">Find</button>
    </form>
    ${question === undefined || found === undefined ? '' : answerOf(workspace, question, found)}`;
}

function answerOf(workspace: string, { days }: NotesQuestion, { foundBy, notes }: FoundNotes): Html {
  if (notes.kind !== 'answer') return journalNotice(notes);
  if (foundBy === undefined) return html`${journalNotice(notes)}<p class="notice">Nothing within ${days} days.</p>`;
  const rows = notes.value;
  const how = rows.length === MOST_NOTES ? ', older ones are not shown' : '';
  return html`${journalNotice(notes)}
    <h2>By ${foundBy} <span class="muted small">${formatCount(rows.length)}, newest first${how}</span></h2>
    ${table({
      label: 'Notes',
      columns: ['When', 'Key', 'Value', 'Component', 'Session', 'User', 'Terminal'],
      rows: rows.map((note) => cellsOf(workspace, note)),
    })}`;
}

function cellsOf(workspace: string, note: Note): readonly (Html | string)[] {
  const { time, outcome, key, value, component, sessionId, userId, terminalId, isCurrent } = note;
  return [
    moment(time, true),
    outcome === 'session'
      ? html`<span class="chip">session</span>`
      : html`<b>${key ?? ''}</b> ${isCurrent && html`<span class="chip good">current</span>`}`,
    value ?? '',
    component === null ? '' : noteLink(workspace, 'component', component),
    sessionId === null ? '' : sessionLink(workspace, sessionId),
    userId === null ? '' : noteLink(workspace, 'user', userId),
    terminalId === null ? '' : noteLink(workspace, 'terminal', terminalId),
  ];
}
