import { journalNotice } from '../journal/journal-notice.ts';
import { moment } from '../page/clock.ts';
import { formatCount } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { address } from '../page/links.ts';
import { operationCard } from './operation-card.ts';
import { livesOf } from './operation-lives.ts';
import { LOOK_UPS, type PersonQuestion } from './person-question.ts';
import { presentSection } from './present-section.ts';
import type { PersonFindings } from './read-person.ts';

export interface PersonPageOptions {
  readonly workspace: string;
  readonly switcher: Html;
  readonly question: PersonQuestion | undefined;
  /** Undefined before anybody asked. */
  readonly findings: PersonFindings | undefined;
  /** Whether days that were dropped can be asked for. */
  readonly hasArchive: boolean;
}

/** How far back a look in the archive goes. */
const ARCHIVE_DAYS = 365;

const LABELS = {
  auto: 'anything',
  person: 'person',
  session: 'session',
  trace: 'trace',
  operation: 'operation',
} as const;

/** What happened to the operations of one person (or session, trace, or one operation). */
export function personPage({ workspace, switcher, question, findings, hasArchive }: PersonPageOptions): Html {
  return html`<h1>What happened to …</h1>${switcher}
    ${searchForm(workspace, question)}
    ${question === undefined || findings === undefined ? '' : answerOf(workspace, question, findings)}
    ${hasArchive && question !== undefined && archiveLine(workspace, question)}`;
}

function searchForm(workspace: string, question: PersonQuestion | undefined): Html {
  return html`<form class="filter" method="get" action="/person" role="search">
    <input type="hidden" name="workspace" value="${workspace}">
    <label class="grow">Person, e-mail, session, trace or operation id <input type="search" name="q" value="${question?.text ?? ''}" required maxlength="500" ${question === undefined && html`autofocus`}></label>
    <label>By <select name="by">${LOOK_UPS.map((by) => html`<option value="${by}" ${by === question?.by && html`selected`}>${LABELS[by]}</option>`)}</select></label>
    <label>Days back <input type="number" name="days" min="1" max="3650" value="${question?.days ?? 15}"></label>
    ${question?.archive === true && html`<input type="hidden" name="archive" value="1">`}
    <button class="primary">Find</button>
  </form>`;
}

function answerOf(workspace: string, question: PersonQuestion, findings: PersonFindings): Html {
  const { timeline, foundBy, forgotten, notes } = findings;
  const rows = timeline.kind === 'answer' ? timeline.value.rows : [];
  const next = timeline.kind === 'answer' ? timeline.value.next : undefined;
  const lives = livesOf(rows);
  return html`${journalNotice(timeline)}
    ${forgotten.map(({ at, what }) => html`<p class="notice warn">Forgotten on ${moment(at)}: the ${what} of this person were removed from the journal.</p>`)}
    ${presentSection(workspace, findings)}
    ${
      timeline.kind === 'answer' &&
      html`<h2>Past <span class="muted small">${
        foundBy === undefined
          ? `Nothing within ${question.days} days.`
          : `${formatCount(lives.length)} by ${foundBy}, newest first${question.after === undefined ? '' : ', continued'}`
      }</span></h2>${lives.map((life) => operationCard(workspace, life))}`
    }
    ${
      notes.length > 0 &&
      html`<h2>Current notes <a class="small" href="${address('/notes', { workspace, q: question.text, by: 'session', days: question.days })}">all notes</a></h2><dl class="card">${notes
        .filter(({ isCurrent }) => isCurrent)
        .map(
          ({ key, value, component }) => html`<dt>${component ?? ''} ${key ?? ''}</dt><dd>${value ?? ''}</dd>`,
        )}</dl>`
    }
    ${
      next !== undefined &&
      html`<p><a class="button" rel="next" href="${address('/person', { workspace, q: question.text, by: foundBy ?? question.by, days: question.days, archive: question.archive ? 1 : undefined, after: next })}">Older …</a></p>`
    }`;
}

function archiveLine(workspace: string, { text, by, days, archive }: PersonQuestion): Html {
  if (archive) return html`<p class="muted small">The archive was looked through as well, ${days} days back.</p>`;
  const there = address('/person', { workspace, q: text, by, days: Math.max(days, ARCHIVE_DAYS), archive: 1 });
  return html`<p>Days that the journal has dropped are in the archive. <a href="${there}">Look in the archive, too</a> <span class="muted small">(takes some seconds)</span></p>`;
}
