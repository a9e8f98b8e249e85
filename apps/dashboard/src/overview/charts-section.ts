import { formatDuration, formatRate } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { chart } from './chart.ts';
import type { Past } from './past.ts';
import { latencySeries, rateSeries } from './series.ts';

/** Charts of the last hour and day; a word where there is no journal to draw them from. */
export function chartsSection(past: Past): Html {
  if (past.journal.kind === 'off') {
    return html`<p class="muted small">Charts of the last hour and day need a journal: set <code>DATABASE_URL</code> or <code>JOURNAL_DIR</code>.</p>`;
  }
  if (past.journal.kind === 'away') {
    return html`<p class="notice bad"><strong>The journal does not answer</strong> (${past.journal.message}), so there are no charts. Delivery does not depend on it.</p>`;
  }
  return html`<h3>Last hour</h3><div class="charts">${chartsOf(past, past.hour)}</div>
    <h3>Last day</h3><div class="charts">${chartsOf(past, past.day)}</div>`;
}

function chartsOf({ deploys }: Past, { window, rollups }: Past['hour']): Html {
  const rate = (tone: string, label: string, outcome: string) => ({
    tone,
    label,
    values: rateSeries(rollups, outcome, window),
  });
  const perSecond = (value: number) => `${formatRate(value)}/s`;
  const { mean, longest } = latencySeries(rollups, window);
  return html`${chart({
    title: 'Delivered',
    window,
    deploys,
    format: perSecond,
    series: [rate('delivered', 'delivered', 'delivered')],
  })}${chart({
    title: 'Trouble',
    window,
    deploys,
    format: perSecond,
    series: [
      rate('failed', 'failed attempts', 'failed'),
      rate('accepted', 'fell back', 'fell-back'),
      rate('dead', 'dead-lettered', 'dead-lettered'),
    ],
  })}${chart({
    title: 'Accepted to delivered',
    window,
    deploys,
    format: formatDuration,
    series: [
      { tone: 'delivered', label: 'mean', values: mean },
      { tone: 'accepted', label: 'longest', values: longest },
    ],
  })}`;
}
