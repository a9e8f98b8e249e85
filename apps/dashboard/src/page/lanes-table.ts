import type { LaneState, QueueState, WorkerState } from '@cio-fleet/lanes';
import { formatBytes, formatCount, formatDuration, formatRate } from './format.ts';
import { type Html, html } from './html.ts';
import { table } from './table.ts';

export interface LanesTableOptions {
  readonly lanes: readonly LaneState[];
  readonly workers: readonly WorkerState[];
  readonly jobsPerSecond: readonly number[];
}

/** Where operations wait: how many, how long, how fast they leave, and why the head does not move. */
export function lanesTable({ lanes, workers, jobsPerSecond }: LanesTableOptions): Html {
  if (lanes.length === 0) {
    return html`<p class="notice">No lanes yet. The first producer or worker of the workspace creates them.</p>`;
  }
  const hosts = new Map(workers.map(({ id, host, pid }) => [id, `${host}:${pid ?? '?'}`]));
  return table({
    label: 'Lanes',
    columns: ['Lane', '#Waiting', '#Jobs', '#Bytes', '#Oldest waiting', '#Jobs/s', 'Worker', 'Head'],
    rows: lanes.map((lane) => [
      html`<a href="/queues/queue/${lane.queue}">${lane.lane}</a> ${queueChips(lane)}`,
      formatCount(lane.operations),
      formatCount(lane.jobs),
      formatBytes(lane.bytes),
      formatDuration(lane.oldestWaitingMs),
      formatRate(jobsPerSecond[lane.lane] ?? 0),
      lane.owner === null
        ? html`<span class="chip bad">nobody</span>`
        : html`<span class="clip short" title="${hosts.get(lane.owner) ?? lane.owner}">${hosts.get(lane.owner) ?? lane.owner}</span>`,
      headOf(lane),
    ]),
  });
}

/** What is unusual about a queue. */
export function queueChips(queue: QueueState): Html {
  return html`${queue.paused && html`<span class="chip warn">paused</span>`}${
    queue.retryInMs !== null && html`<span class="chip warn">next try in ${formatDuration(queue.retryInMs)}</span>`
  }${queue.failed > 0 && html`<span class="chip bad">${queue.failed} failed</span>`}`;
}

/** Attempts and last error of the job that the queue works on. */
export function headOf({ head, active }: QueueState): Html {
  if (head === null) return html`<span class="muted">–</span>`;
  const facts = [
    head.attempts > 0 && `${head.attempts} failed`,
    head.throttles > 0 && `${head.throttles} throttled`,
    head.setups > 0 && `${head.setups} refused`,
    head.stalls > 0 && `${head.stalls} stalled`,
  ].filter((fact) => fact !== false);
  const error = head.lastError;
  return html`<span class="muted">${active ? 'active' : 'waits'}</span> ${facts.join(', ')} ${
    error !== null && html`<span class="clip" title="${error.message}"><b>${error.code}</b> ${error.message}</span>`
  }`;
}
