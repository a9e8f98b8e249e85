import { JOURNAL_OUTCOMES } from '@cio-fleet/journal';
import type { StreamedOutcome } from '@cio-fleet/lanes';
import { momentText } from '../page/clock.ts';
import { formatDuration } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { address, personLink } from '../page/links.ts';
import { outcomeChip } from '../page/outcome-chip.ts';
import type { LiveFilter } from './live-filter.ts';

export interface LivePageOptions {
  readonly workspace: string;
  readonly switcher: Html;
  readonly filter: LiveFilter;
  /** Newest first. */
  readonly outcomes: readonly StreamedOutcome[];
}

/** Rows that a page keeps. */
const MAX_ROWS = 300;
const SHOWN_OUTCOMES = JOURNAL_OUTCOMES.filter((outcome) => !['note', 'session', 'webhook'].includes(outcome));

/** The live tail of outcomes: what there is, and a script that goes on with it. */
export function livePage({ workspace, switcher, filter, outcomes }: LivePageOptions): Html {
  const { outcome: shown, source, text } = filter;
  return html`<h1>Live</h1>${switcher}
    <form class="filter" method="get" action="/live">
      <input type="hidden" name="workspace" value="${workspace}">
      <label>Outcome <select name="outcome"><option value="">all</option>${SHOWN_OUTCOMES.map((outcome) => html`<option ${outcome === shown && html`selected`}>${outcome}</option>`)}</select></label>
      <label>Source <input name="source" value="${source ?? ''}"></label>
      <label>Contains <input name="text" value="${text ?? ''}"></label>
      <button>Filter</button>
      <button type="button" id="pause" aria-pressed="false" hidden>Pause</button>
      <span id="live-state" class="muted" role="status"></span>
    </form>
    <div class="scroll" role="region" aria-label="Outcomes" tabindex="0"><table class="live flow" role="table">
      <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">When (UTC)</th><th role="columnheader" scope="col">Outcome</th><th role="columnheader" scope="col">What</th><th role="columnheader" scope="col">Person</th><th role="columnheader" scope="col">Source</th><th role="columnheader" scope="col" class="number">After</th><th role="columnheader" scope="col">Problem</th></tr></thead>
      <tbody role="rowgroup" id="outcomes" data-stream="${address('/live/stream', { workspace, outcome: shown, source, text })}" data-max="${MAX_ROWS}">${outcomes.map((outcome) => outcomeRow(workspace, outcome))}</tbody>
    </table></div>
    ${outcomes.length === 0 && html`<p class="muted" id="nothing-yet">Nothing yet. Workers that keep a journal write what becomes of operations here.</p>`}
    <p class="muted small">The last 10,000 outcomes are kept, without payloads; this page shows the newest ${MAX_ROWS}.</p>`;
}

/** One row; the stream sends it as HTML, so that there is one place that writes it. */
export function outcomeRow(workspace: string, outcome: StreamedOutcome): Html {
  const { id, time, action, name, person, source, queuedMs, attempts, status, errorCode, reason, operationId } =
    outcome;
  const operation = address('/person', { workspace, q: operationId, by: 'operation' });
  return html`<tr role="row" data-id="${id}"><td role="cell"><a href="${operation}">${momentText(time).slice(11, 23)}</a></td><td role="cell">${outcomeChip(outcome.outcome)}</td><td role="cell" title="${name}"><b>${action}</b> ${name}</td><td role="cell" title="${person}">${person !== undefined && personLink(workspace, person)}</td><td role="cell" data-label="${source !== undefined && 'Source'}" title="${source}">${source}</td><td role="cell" class="number" data-label="${queuedMs !== undefined && 'After'}">${queuedMs === undefined ? '' : formatDuration(queuedMs)}</td><td role="cell" class="wide">${errorCode !== undefined && html`<span class="clip" title="${reason ?? ''}"><b>${errorCode}</b> ${reason}</span>`}${attempts !== undefined && attempts > 1 && html` <span class="muted">attempt ${attempts}</span>`}${status !== undefined && status >= 300 && html` <span class="muted">HTTP ${status}</span>`}</td></tr>`;
}
