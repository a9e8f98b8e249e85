import type { SourceReport } from '@cio-fleet/journal';
import { journalNotice } from '../journal/journal-notice.ts';
import { formatCount, formatDuration } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { address } from '../page/links.ts';
import { table } from '../page/table.ts';
import { deliveredShare, type SourcesReport, settledOf } from './source-reports.ts';
import { trendLine } from './trend-line.ts';

export interface SourcesPageOptions {
  readonly workspace: string;
  readonly switcher: Html;
  readonly hours: number;
  readonly report: SourcesReport;
}

/** How each service that sends fares. */
export function sourcesPage({ workspace, switcher, hours, report }: SourcesPageOptions): Html {
  const { sources, gateway } = report;
  const reports = sources.kind === 'answer' ? sources.value : [];
  return html`<h1>Sources</h1>${switcher}
    <form class="filter" method="get" action="/sources">
      <input type="hidden" name="workspace" value="${workspace}">
      <label>Hours back <input type="number" name="hours" min="1" max="8760" value="${hours}"></label>
      <button>Show</button>
      <a class="button" href="${address('/sources', { workspace, hours, format: 'text' })}">As text</a>
      <a class="button" href="${address('/sources.json', { workspace, hours })}">As JSON</a>
    </form>
    ${journalNotice(sources)}
    ${
      sources.kind === 'answer' &&
      (reports.length === 0
        ? html`<p class="notice">Nothing was settled within ${hours} hours.</p>`
        : table({
            label: 'Sources',
            columns: [
              'Source',
              '#Settled',
              '#Delivered',
              '#Dead-lettered',
              '#Failed attempts',
              '#Fell back',
              '#To delivery',
              'Top names',
              'Errors',
              'Trend',
            ],
            rows: reports.map((each) => sourceRow(workspace, hours, each)),
          }))
    }
    ${
      gateway.length > 0 &&
      html`<h2>At the gateway <span class="muted small">of the last ${Math.min(hours, 24)} hours</span></h2>${table({
        label: 'Keys and addresses at the gateway',
        columns: ['Who', '#Operations', '#Refused', '#Limited', '#Wrong key'],
        rows: gateway.map((key) => [
          key.subject.replace(':', ' '),
          formatCount(key.operations),
          formatCount(key.refused),
          formatCount(key.limited),
          formatCount(key.unauthorised),
        ]),
      })}`
    }`;
}

function sourceRow(workspace: string, hours: number, report: SourceReport): readonly (Html | string)[] {
  const { source, outcomes, errors, topNames, averageQueuedMs, maxQueuedMs, trend } = report;
  const deadLettered = outcomes['dead-lettered'] ?? 0;
  const list = (pairs: readonly (readonly [string, number])[]) =>
    html`<ul class="plain">${pairs.slice(0, 3).map(([name, count]) => html`<li><span class="clip" title="${name}">${name}</span> <span class="muted">${formatCount(count)}</span></li>`)}</ul>`;
  return [
    source === ''
      ? html`<span class="muted">none given</span>`
      : html`<b class="clip source" title="${source}">${source}</b>`,
    formatCount(settledOf(report)),
    html`${formatCount(outcomes.delivered ?? 0)} <div class="muted small">${deliveredShare(report)}</div>`,
    deadLettered === 0 || source === ''
      ? formatCount(deadLettered)
      : html`<a href="${address('/redrive', { workspace, source })}">${formatCount(deadLettered)}</a>`,
    formatCount(outcomes.failed ?? 0),
    formatCount(outcomes['fell-back'] ?? 0),
    html`${formatDuration(averageQueuedMs)} <div class="muted small">at most ${formatDuration(maxQueuedMs)}</div>`,
    list(topNames.map(({ name, count }) => [name, count])),
    list(Object.entries(errors).toSorted(([, a], [, b]) => b - a)),
    trendLine({ source, trend, hours, nowMs: Date.now() }),
  ];
}
