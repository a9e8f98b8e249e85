import type { JournalEntry } from '@cio-fleet/journal';
import { moment } from '../page/clock.ts';
import { formatDuration } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { address, noteLink, operationLink, personLink, sessionLink } from '../page/links.ts';
import { outcomeChip } from '../page/outcome-chip.ts';
import { type OperationLife, readablePayload } from './operation-lives.ts';

/** One operation's life: what it is, every attempt and outcome, and its payload as far as it is kept. */
export function operationCard(workspace: string, { operationId, latest, steps, payload }: OperationLife): Html {
  const isOperation = !['webhook', 'note', 'session'].includes(latest.outcome);
  return html`<article class="card life">
    <header>
      <b>${latest.action}</b> ${latest.name !== null && html`<span class="strong">${latest.name}</span>`}
      ${outcomeChip(latest.outcome)}
      <span class="push muted small">${isOperation && html`accepted ${moment(latest.acceptedAt, true)}`}</span>
    </header>
    <p class="facts muted small">${latest.person !== null && html`<span>${personLink(workspace, latest.person)}</span>`}
      ${latest.anonymousId !== null && html`<span>anonymous ${latest.anonymousId}</span>`}
      ${latest.source !== null && html`<span>source ${latest.source}</span>`}
      ${latest.sessionId !== null && html`<span>session ${sessionLink(workspace, latest.sessionId)}</span>`}
      ${latest.traceId !== null && html`<span>trace <a href="${address('/person', { workspace, q: latest.traceId, by: 'trace' })}">${latest.traceId}</a></span>`}
      <span>${isOperation ? operationLink(workspace, operationId) : html`<span class="id">${operationId}</span>`}</span></p>
    <ol class="steps">${steps.map((step) => html`<li>${stepLine(workspace, step)}</li>`)}</ol>
    ${payload !== null && html`<details><summary>Payload</summary><pre tabindex="0">${readablePayload(payload)}</pre></details>`}
  </article>`;
}

function stepLine(workspace: string, step: JournalEntry): Html {
  const { time, outcome, attempts, status, errorCode, reason, lane, worker, queuedMs, fingerprint } = step;
  const facts = [
    outcome === 'webhook' && step.action,
    attempts !== null && `attempt ${attempts}`,
    status !== null && status !== 0 && `HTTP ${status}`,
    step.key !== null && `${step.key} = ${step.value ?? ''}`,
    queuedMs !== null && `after ${formatDuration(queuedMs)}`,
    lane !== null && (/^\d+$/.test(lane) ? `lane ${lane}` : lane),
    worker !== null && worker,
  ].filter((fact) => typeof fact === 'string');
  const owners = (['component', 'terminal', 'user'] as const).flatMap((by) => {
    const key = by === 'component' ? step.component : by === 'terminal' ? step.terminalId : step.userId;
    return key === null ? [] : [html` · ${by} ${noteLink(workspace, by, key)}`];
  });
  return html`${moment(time, true)} ${outcomeChip(outcome)} <span class="muted">${facts.join(' · ')}${owners}</span>
    ${errorCode !== null && html`<span class="problem"><b>${errorCode}</b> ${reason ?? ''}${fingerprint !== null && html` <a href="${address('/errors', { workspace, group: fingerprint })}">all like this</a>`}</span>`}`;
}
