import type { FleetState, LaneState } from '@cio-fleet/lanes';
import { formatCount, formatDuration, formatRanges } from '../page/format.ts';
import { address } from '../page/links.ts';
import type { Problem } from './problem.ts';

/** As the alert in infra/prometheus: older than this, somebody should look. */
const OLD_MS = 120_000;

/** What is wrong with the lanes. */
export function lanesProblems({ lanes, fallback }: FleetState): readonly Problem[] {
  const found: Problem[] = [];
  const namesOf = (some: readonly LaneState[]) =>
    `${some.length === 1 ? 'Lane' : 'Lanes'} ${formatRanges(some.map(({ lane }) => lane))}`;
  const refused = [...lanes, fallback].find(({ head }) => (head?.setups ?? 0) > 0)?.head;
  if (refused) {
    found.push({
      severity: 'bad',
      what: `Customer.io refuses our credentials or address: ${refused.lastError?.code ?? 'no code'} ${refused.lastError?.message ?? ''}`.trim(),
      todo: 'Set the right site id, key and region for the workers. No attempt is used up meanwhile.',
      runbook: '401 or 403',
    });
  }
  const broken = lanes.filter(({ failed }) => failed > 0);
  const [first] = broken;
  if (first !== undefined) {
    found.push({
      severity: 'bad',
      what: `${namesOf(broken)} ${broken.length === 1 ? 'has' : 'have'} failed jobs, which should never be: others may have overtaken them.`,
      todo: 'Keep the job as it is, and tell the maintainers.',
      look: { label: 'Queue', href: address(`/queues/queue/${first.queue}`, { status: 'failed' }) },
      runbook: 'A job of a lane has failed',
    });
  }
  const paused = lanes.filter(({ paused: isPaused }) => isPaused);
  if (paused.length > 0) {
    found.push({
      severity: 'warn',
      what: `${namesOf(paused)} ${paused.length === 1 ? 'is' : 'are'} paused and ${paused.length === 1 ? 'delivers' : 'deliver'} nothing.`,
      todo: 'Resume when that is no longer meant; Audit says who paused.',
      look: { label: 'Queues', href: '/queues/' },
    });
  }
  const late = lanes.filter(({ oldestWaitingMs }) => (oldestWaitingMs ?? 0) > OLD_MS);
  if (late.length > 0) {
    const operations = late.reduce((sum, lane) => sum + lane.operations, 0);
    found.push({
      severity: 'bad',
      what: `${namesOf(late)} ${late.length === 1 ? 'is' : 'are'} late: ${formatCount(operations)} operations wait, the oldest for ${formatDuration(Math.max(...late.map(({ oldestWaitingMs }) => oldestWaitingMs ?? 0)))}.`,
      todo: 'The column Head below says why.',
      runbook: 'A lane waits',
    });
  }
  return found;
}
