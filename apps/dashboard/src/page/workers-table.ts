import type { WorkerState } from '@cio-fleet/lanes';
import { formatBytes, formatCount, formatDuration, formatRanges } from './format.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';

/** Who delivers: version, lanes, breaker and since when, memory, last error. */
export function workersTable(workers: readonly WorkerState[], nowMs: number): Html {
  if (workers.length === 0) {
    return html`<p class="notice bad"><strong>No live worker.</strong> Nothing is delivered. Start one: <code>npm run start:worker</code></p>`;
  }
  return table({
    label: 'Workers',
    columns: ['Worker', 'Version', 'Lanes', 'Breaker', 'Last error', '#Delivered', '#Memory', '#Loop lag', '#Up'],
    rows: workers.map((worker) => [
      html`<span class="strong clip short" title="${worker.host}">${worker.host}:${worker.pid ?? '?'}</span> ${worker.quiet && html`<span class="chip warn">quiet</span>`}
        <div class="muted id">${worker.id}</div>`,
      html`<span class="clip short" title="${worker.version}">${worker.version}</span>`,
      html`${formatRanges(worker.lanes)}${worker.fallback && html` <span class="chip">fallback</span>`}${worker.deadLetter && html` <span class="chip">dead-letter</span>`}`,
      circuitChip(worker, nowMs),
      lastErrorOf(worker, nowMs),
      formatCount(worker.delivered),
      formatBytes(worker.memoryBytes),
      worker.eventLoopLagMs === null ? '–' : `${Math.round(worker.eventLoopLagMs)} ms`,
      formatDuration(worker.startedAt === null ? null : Math.max(0, nowMs - worker.startedAt)),
    ]),
  });
}

/** The state of a breaker, and since when. */
export function circuitChip({ circuit }: WorkerState, nowMs: number): Html {
  const tone = { CLOSED: 'good', HALF_OPEN: 'warn', OPEN: 'bad' }[circuit.state];
  const since = circuit.since === null ? '' : `for ${formatDuration(Math.max(0, nowMs - circuit.since))}`;
  return html`<span class="chip ${tone}">${circuit.state}</span> <span class="muted nowrap">${since}</span>`;
}

/** What went wrong last at a worker. */
export function lastErrorOf({ lastError, circuit }: WorkerState, nowMs: number): Html {
  if (lastError === null) {
    return html`<span class="clip short muted" title="${circuit.lastError ?? ''}">${circuit.lastError ?? '–'}</span>`;
  }
  const ago = lastError.at === null ? '' : `${formatDuration(Math.max(0, nowMs - lastError.at))} ago`;
  return html`<span class="clip short" title="${lastError.message}"><b>${lastError.code}</b> ${lastError.message}</span> <span class="muted nowrap">${ago}</span>`;
}
