import type { FleetState } from '@cio-fleet/lanes';
import { formatCount, formatDuration, formatRanges } from '../page/format.ts';
import { address } from '../page/links.ts';
import type { Problem } from './problem.ts';

/** A loop that is blocked longer than this delays locks and heartbeats. */
const SLOW_LOOP_MS = 500;
const MOST_CHARACTERS = 160;

/** What is wrong with who delivers, and with their circuits. */
export function workersProblems({ workspace, workers, circuit, lanes, at }: FleetState): readonly Problem[] {
  const look = { label: 'Workers', href: address('/workers', { workspace }) };
  if (workers.length === 0) {
    const what = 'No worker lives: nothing is delivered.';
    return [
      {
        severity: 'bad',
        what,
        todo: 'Start one, and look why they stopped. Accepted operations wait.',
        runbook: 'No workers',
      },
    ];
  }
  if (workers.every(({ quiet }) => quiet)) {
    return [{ severity: 'bad', what: 'All workers are quiet: nothing is delivered.', todo: 'Resume one.', look }];
  }
  const found: Problem[] = [];
  const open = workers.filter((worker) => worker.circuit.state === 'OPEN');
  const since = circuit.since === null ? '' : ` for ${formatDuration(Math.max(0, at - circuit.since))}`;
  const last = circuit.lastError === null ? '' : ` Last error: ${shortened(circuit.lastError)}.`;
  if (open.length > 0) {
    found.push({
      severity: 'bad',
      what: `Customer.io does not answer as it should: the circuit of ${formatCount(open.length)} of ${formatCount(workers.length)} workers is OPEN${since}.${last}`,
      todo:
        open.length === workers.length
          ? 'Nothing is lost: operations go to fallback, and out in order once it answers. Look at its status page.'
          : 'Only some are affected, so look at the network of those; if it lasts, stop them.',
      look,
      runbook: 'Circuit open',
    });
  } else if (circuit.state === 'HALF_OPEN') {
    found.push({
      severity: 'warn',
      what: `Customer.io is being tried again: the circuit is HALF_OPEN${since}.${last}`,
      todo: 'Wait: it closes after a few successes.',
      runbook: 'Circuit open',
    });
  }
  const unowned = lanes.filter(({ owner }) => owner === null).map(({ lane }) => lane);
  if (unowned.length > 0) {
    found.push({
      severity: 'warn',
      what: `Nobody takes ${unowned.length === 1 ? 'lane' : 'lanes'} ${formatRanges(unowned)}.`,
      todo: 'Workers change hands within seconds; if it lasts longer, start another one.',
      look,
      runbook: 'A lane waits',
    });
  }
  const slow = workers.filter(({ eventLoopLagMs }) => (eventLoopLagMs ?? 0) > SLOW_LOOP_MS);
  if (slow.length > 0) {
    found.push({
      severity: 'warn',
      what: `${formatCount(slow.length)} ${slow.length === 1 ? 'worker is' : 'workers are'} short of CPU (event loop ${formatDuration(Math.max(...slow.map(({ eventLoopLagMs }) => eventLoopLagMs ?? 0)))} late).`,
      todo: 'Give them more CPU, or start another worker.',
      look,
    });
  }
  return found;
}

/** The whole error stands in the table of workers. */
function shortened(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}
