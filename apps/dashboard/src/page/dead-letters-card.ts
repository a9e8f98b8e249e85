import type { DeadLetterState } from '@cio-fleet/lanes';
import type { Role } from '../access/identity.ts';
import type { Redrive } from '../fleet/redrives.ts';
import { redriveStatus } from '../redrive/redrive-status.ts';
import { formatCount, formatDuration } from './format.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';

export interface DeadLettersCardOptions {
  readonly workspace: string;
  readonly deadLetters: DeadLetterState;
  readonly redrive: Redrive | undefined;
  readonly role: Role;
}

/** What Customer.io rejects for good, by reason, and the way back. */
export function deadLettersCard(options: DeadLettersCardOptions): Html {
  const { workspace, deadLetters, redrive, role } = options;
  const canRedrive = role === 'operator' && deadLetters.deadLetters > 0 && redrive?.state !== 'running';
  return html`<section class="card" aria-label="Dead letters">
    <h3><a href="/queues/queue/${workspace}.dead-letter?status=failed">Dead letters</a></h3>
    <dl>
      <dt>At rest</dt><dd>${formatCount(deadLetters.deadLetters)}</dd>
      <dt>Operations in all</dt><dd>${formatCount(deadLetters.operations)} <span class="muted">those removed after 30 days, too</span></dd>
      <dt>Oldest</dt><dd>${formatDuration(deadLetters.oldestMs)}</dd>
      <dt>On their way back</dt><dd>${formatCount(deadLetters.redriving)}</dd>
    </dl>
    ${redrive !== undefined && redriveStatus(redrive, role)}
    ${deadLetters.reasons.length > 0 && reasonsTable(options, canRedrive)}
    ${canRedrive && html`<p>${redriveLink(workspace, undefined)}</p>`}
  </section>`;
}

function reasonsTable({ workspace, deadLetters }: DeadLettersCardOptions, canRedrive: boolean): Html {
  return table({
    label: 'Dead letters by reason',
    columns: ['Reason', '#Operations', ...(canRedrive ? ['Redrive'] : [])],
    rows: deadLetters.reasons.map(({ code, operations }) => [
      html`<span class="clip short" title="${code}">${code}</span>`,
      formatCount(operations),
      ...(canRedrive ? [redriveLink(workspace, code)] : []),
    ]),
  });
}

/** A link to the question, not the deed: the page behind it counts first, and asks. */
function redriveLink(workspace: string, reason: string | undefined): Html {
  const query = new URLSearchParams({ workspace, ...(reason === undefined ? {} : { reason }) });
  return html`<a class="button" href="/redrive?${query.toString()}">${reason === undefined ? 'Redrive all …' : 'Redrive …'}</a>`;
}
