import type { RecentChange } from '../audit/recent-changes.ts';
import { formatDuration } from './format.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';

/** Who changed what last. */
export function changesCard(changes: readonly RecentChange[], nowMs: number): Html {
  return html`<section class="card" aria-label="Latest changes">
    <h3>Latest changes</h3>
    ${
      changes.length === 0
        ? html`<p class="muted">Nobody has changed anything.</p>`
        : table({
            label: 'Latest changes',
            columns: ['Who', 'What', 'Result', '#Ago'],
            rows: changes.map(({ at, user, action, queue, job, result }) => [
              html`<span class="clip short" title="${user}">${user}</span>`,
              html`<span class="clip short" title="${action}">${action}</span> <div class="muted small">${queue} ${job}</div>`,
              result,
              formatDuration(Math.max(0, nowMs - at)),
            ]),
          })
    }
  </section>`;
}
