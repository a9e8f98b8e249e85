import type { Abuser } from '@cio-fleet/spam-report';
import { formatCount, formatDuration } from './format.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';

const SHOWN = 8;
const SHOWN_NAMES = 3;

/** Who sends the gateway too much, or nonsense; no card where there is nobody. */
export function abusersCard(abusers: readonly Abuser[], nowMs: number): Html {
  if (abusers.length === 0) return html``;
  return html`<section class="card" aria-label="Spam report">
    <h3>Spam report <span class="chip warn">${formatCount(abusers.length)}</span></h3>
    ${table({
      label: 'Spam report',
      columns: ['Who', 'Why', '#Operations', '#Refused', '#Limited', '#Wrong key', '#Since'],
      rows: abusers.slice(0, SHOWN).map(({ subject, reasons, totals, topNames, sinceMs }) => [
        html`${subject.replace(':', ' ')} <div class="muted small">${topNames
          .slice(0, SHOWN_NAMES)
          .map(({ name, count }) => `${name} (${formatCount(count)})`)
          .join(', ')}</div>`,
        reasons.join(', '),
        formatCount(totals.operations),
        formatCount(totals.refused),
        formatCount(totals.limited),
        formatCount(totals.unauthorised),
        formatDuration(Math.max(0, nowMs - sinceMs)),
      ]),
    })}
  </section>`;
}
