import { type FleetState, HEARTBEAT_INTERVAL_MS, type QueueState } from '@cio-fleet/lanes';
import { formatDuration } from '../format/duration.ts';
import { formatCount, plural } from '../format/numbers.ts';
import { printable } from '../format/printable.ts';
import type { FenceState } from './fence-state.ts';
import { type Finding, fail, ok, skip, warn } from './finding.ts';

/** What is known of a workspace before it is judged. */
export interface FleetFacts {
  readonly state: FleetState;
  readonly fences: readonly FenceState[];
  /** The number of lanes that this environment is configured with, where it is. */
  readonly configuredLanes: number | undefined;
}

const LATE_MS = 60_000;
/** Lanes spill into fallback at this age unless configured otherwise, so anything older says that nobody works on it. */
const TOO_LATE_MS = 600_000;
/** As the alert in infra/prometheus; operations that are older than 72 h are dead-lettered. */
const FALLBACK_LATE_MS = 6 * 3_600_000;

/** What is to be said about a workspace's lanes, workers and ledger. */
export function judgeFleet(facts: FleetFacts): readonly Finding[] {
  const { state } = facts;
  return [
    lanes(facts),
    fences(facts),
    failedSets(state),
    paused(state),
    workers(state),
    circuit(state),
    oldestWaiting(state),
    fallback(state),
    brakes(state),
    deadLetters(state),
    residue(state),
  ];
}

function lanes({ state, configuredLanes }: FleetFacts): Finding {
  const check = 'lanes';
  const count = state.lanes.length;
  if (count === 0)
    return warn(
      check,
      'no number of lanes yet',
      'start a worker or send something; the first process fixes the number',
    );
  if (configuredLanes === undefined || configuredLanes === count) return ok(check, plural(count, 'lane'));
  return warn(
    check,
    `${count} in Redis, ${configuredLanes} configured`,
    `set the configured number to ${count}; Redis's holds`,
  );
}

function fences({ state, fences: all }: FleetFacts): Finding {
  const check = 'fences';
  if (state.lanes.length === 0) return skip(check, 'there are no lanes yet', 'start a worker or send something');
  const open = all.filter(({ concurrency }) => concurrency !== '1').map(({ queue }) => queue);
  if (open.length === 0) return ok(check, `concurrency 1 on ${plural(all.length, 'queue')}`);
  const found = `not concurrency 1: ${open.length > 3 ? `${open.length} queues, such as ${open[0]}` : open.join(', ')}`;
  const remedy = `start a worker, which sets it within ${formatDuration(HEARTBEAT_INTERVAL_MS)}; if one runs, see who removes it (the audit log)`;
  // Without workers nothing is sent, so nothing can overtake.
  return state.workers.length === 0 ? warn(check, found, remedy) : fail(check, found, remedy);
}

function failedSets(state: FleetState): Finding {
  const check = 'failed jobs in lanes';
  const broken = queuesOf(state).filter(({ failed }) => failed > 0);
  if (broken.length === 0) return ok(check, 'none');
  const found = broken.map(({ queue, failed }) => `${queue} ${failed}`).join(', ');
  return fail(
    check,
    found,
    'these jobs were overtaken and are not delivered; keep them and report it, see the runbook (a job of a lane has failed)',
  );
}

function paused(state: FleetState): Finding {
  const check = 'paused queues';
  const names = queuesOf(state)
    .filter((queue) => queue.paused)
    .map(({ queue }) => queue);
  return names.length === 0
    ? ok(check, 'none')
    : warn(check, names.join(', '), 'resume them in Bull Board when the reason is gone');
}

function workers(state: FleetState): Finding {
  const check = 'workers';
  const working = state.workers.filter(({ quiet }) => !quiet);
  if (working.length === 0)
    return fail(check, 'none alive', 'start one with: npm run start:worker; until then operations only wait');
  const orphans = state.lanes.filter(({ owner }) => owner === null).map(({ lane }) => lane);
  if (orphans.length > 0)
    return warn(
      check,
      `${plural(working.length, 'worker')}, but nobody has lane ${orphans.join(', ')}`,
      'run it again in a few seconds; if it stays, see the logs of the workers',
    );
  const versions = [...new Set(working.map(({ version }) => printable(version)))];
  const found = `${plural(working.length, 'worker')}, version ${versions.join(' and ')}`;
  return versions.length > 1 ? warn(check, found, 'finish the roll-out') : ok(check, found);
}

function circuit({ circuit: { state, since, lastError }, workers: all, at }: FleetState): Finding {
  const check = 'circuit';
  if (all.length === 0) return skip(check, 'unknown without workers', 'start a worker');
  const cause = lastError === null ? '' : `: ${printable(lastError, 120)}`;
  const found = `${state}${since === null ? '' : ` for ${formatDuration(at - since)}`}${state === 'CLOSED' ? '' : cause}`;
  if (state === 'CLOSED') return ok(check, found);
  const remedy = "see Customer.io's status page and the runbook (breaker open); nothing is lost, it goes to fallback";
  return state === 'OPEN'
    ? fail(check, found, remedy)
    : warn(check, found, 'it is trying again; run it again in a minute');
}

function oldestWaiting({ lanes: all }: FleetState): Finding {
  const check = 'oldest waiting';
  const late = all.reduce<FleetState['lanes'][number] | undefined>(
    (oldest, lane) => ((lane.oldestWaitingMs ?? 0) > (oldest?.oldestWaitingMs ?? 0) ? lane : oldest),
    undefined,
  );
  const ageMs = late?.oldestWaitingMs ?? 0;
  if (late === undefined) return ok(check, 'nothing waits');
  const cause = late.head?.lastError ? `, last error ${printable(late.head.lastError.code)}` : '';
  const found = `${formatDuration(ageMs)} (lane ${late.lane}${cause})`;
  if (ageMs < LATE_MS) return ok(check, found);
  const remedy = 'see with fleet status why the lane waits; a busy fleet needs more workers or a higher rate';
  return ageMs < TOO_LATE_MS ? warn(check, found, remedy) : fail(check, found, remedy);
}

function fallback({ fallback: { operations, heldPersons, oldestWaitingMs } }: FleetState): Finding {
  const check = 'fallback';
  if (operations === 0 && heldPersons === 0) return ok(check, 'empty');
  if (operations === 0)
    return fail(
      check,
      `empty, but ${plural(heldPersons, 'person')} held`,
      'report it: holds end with the last operation in fallback',
    );
  const oldest = oldestWaitingMs === null ? '' : `, oldest ${formatDuration(oldestWaitingMs)}`;
  const found = `${plural(operations, 'operation')}${oldest}`;
  if ((oldestWaitingMs ?? 0) >= FALLBACK_LATE_MS)
    return fail(check, found, 'mend the delivery; after 72 h operations are dead-lettered');
  return warn(check, found, 'it empties by itself once the circuit is closed; see the runbook (fallback growing)');
}

function queuesOf(state: FleetState): readonly QueueState[] {
  return [...state.lanes, state.fallback, ...state.parked.sides];
}

function brakes({ brakes: all, parked, at }: FleetState): Finding {
  const check = 'brakes';
  const [oldest] = all;
  if (oldest !== undefined) {
    const found = `${all.length} in force for up to ${formatDuration(at - oldest.at)}, ${plural(parked.operations, 'operation')} parked`;
    return warn(check, found, 'see them with: fleet brakes; end them with: fleet release');
  }
  if (parked.operations === 0 && parked.persons === 0) return ok(check, 'none');
  if (parked.operations === 0)
    return fail(
      check,
      `nothing parked, but ${plural(parked.persons, 'person')} counted`,
      'report it: counts end with the last operation',
    );
  return warn(
    check,
    `none, ${plural(parked.operations, 'operation')} still parked`,
    'they are being sent since the last release',
  );
}

function deadLetters({ deadLetters: { deadLetters: resting, operations, reasons } }: FleetState): Finding {
  const check = 'dead letters';
  // The ledger goes on counting those that were removed after 30 days: nobody can redrive them.
  if (resting === 0)
    return ok(check, operations === 0 ? 'none' : `none at rest, ${plural(operations, 'operation')} in all`);
  const top = reasons[0] === undefined ? '' : `, most often ${printable(reasons[0].code)}`;
  return warn(
    check,
    `${formatCount(resting)} at rest, ${plural(operations, 'operation')} in all${top}`,
    'see them with: fleet dead-letters; when mended: fleet redrive',
  );
}

function residue({ residue: count, ledger }: FleetState): Finding {
  const check = 'ledger';
  if (count === 0) return ok(check, `balanced, ${formatCount(ledger.accepted)} accepted`);
  return fail(
    check,
    `residue ${formatCount(count)} of ${formatCount(ledger.accepted)} accepted`,
    'keep the Redis data and report it: operations were lost or counted twice',
  );
}
