import type { FallbackState } from '@cio-fleet/lanes';
import { formatBytes, formatCount, formatDuration } from './format.ts';
import { type Html, html } from './html.ts';
import { headOf, queueChips } from './lanes-table.ts';

/** What could not be delivered now, and who waits behind it. */
export function fallbackCard(fallback: FallbackState): Html {
  return html`<section class="card" aria-label="Fallback">
    <h3><a href="/queues/queue/${fallback.queue}">Fallback</a> ${queueChips(fallback)}</h3>
    <dl>
      <dt>Operations</dt><dd>${formatCount(fallback.operations)} <span class="muted">in ${formatCount(fallback.jobs)} jobs, ${formatBytes(fallback.bytes)}</span></dd>
      <dt>Oldest</dt><dd>${formatDuration(fallback.oldestWaitingMs)}</dd>
      <dt>Held persons</dt><dd>${formatCount(fallback.heldPersons)}</dd>
      <dt>Head</dt><dd>${headOf(fallback)}</dd>
    </dl>
  </section>`;
}
