import { FINAL_STATES } from '@cio-fleet/contracts';
import type { FleetState, LaneState, WorkerState } from '@cio-fleet/lanes';
import type { Paint } from '../session/terminal.ts';
import { formatDuration, formatTime } from './duration.ts';
import { formatBytes, formatCount, plural } from './numbers.ts';
import { printable } from './printable.ts';
import { type Column, formatTable } from './table.ts';

/** What a status page says besides the state itself. */
export interface StatusFacts {
  readonly environment: string;
  /** `host:port` of Redis. */
  readonly place: string;
}

const MAX_ERROR = 60;
const MAX_NAME = 30;
const MAX_REASONS = 5;

const LANE_COLUMNS: readonly Column[] = [
  { title: 'LANE', align: 'right' },
  { title: 'WAITING', align: 'right' },
  { title: 'BYTES', align: 'right' },
  { title: 'OLDEST', align: 'right' },
  { title: 'WORKER' },
  { title: 'NOTE' },
];

const WORKER_COLUMNS: readonly Column[] = [
  { title: 'WORKER' },
  { title: 'LANES' },
  { title: 'CIRCUIT' },
  { title: 'DELIVERED', align: 'right' },
  { title: 'MEMORY', align: 'right' },
  { title: 'VERSION' },
  { title: 'LAST ERROR' },
];

/** One screen with everything that matters of a workspace. */
export function statusLines(state: FleetState, facts: StatusFacts, paint: Paint): readonly string[] {
  return [
    `${paint('bold', `workspace ${state.workspace}`)} · ${facts.environment} · Redis ${facts.place} · ${formatTime(state.at)}`,
    '',
    ...headLines(state, paint),
    '',
    ...section(
      'workers',
      WORKER_COLUMNS,
      state.workers.map((worker) => workerRow(worker, state.at)),
      paint,
    ),
    '',
    ...section('lanes', LANE_COLUMNS, state.lanes.map(laneRow), paint),
  ];
}

function headLines(
  { circuit, ledger, residue, fallback, parked, brakes, deadLetters, rate, workers, at }: FleetState,
  paint: Paint,
): string[] {
  const color = circuit.state === 'CLOSED' ? 'green' : circuit.state === 'OPEN' ? 'red' : 'yellow';
  const since = circuit.since === null ? '' : ` for ${formatDuration(at - circuit.since)}`;
  const cause = workers.length === 0 ? ' (no worker is running)' : lastError(circuit.lastError);
  const settled = FINAL_STATES.map((name) => `${name} ${formatCount(ledger[name])}`).join(' · ');
  const budget =
    rate.requestsPerSecond === null
      ? 'as the workers are configured'
      : `${formatCount(rate.requestsPerSecond)} requests/s`;
  return [
    line('circuit', `${paint(color, circuit.state)}${since}${cause}`),
    line('waiting', plural(ledger.waiting, 'operation')),
    line('fallback', fallbackText(fallback)),
    // Rare, so only there when it is.
    ...(parked.operations + brakes.length > 0 ? [line('brakes', brakesText({ parked, brakes }))] : []),
    line('dead letters', deadLetterText(deadLetters)),
    line('ledger', `accepted ${formatCount(ledger.accepted)} · ${settled}`),
    line('residue', residue === 0 ? '0' : paint('red', `${formatCount(residue)} (must be 0; run: fleet doctor)`)),
    line('rate', budget),
  ];
}

function line(label: string, text: string): string {
  return `${label.padEnd(13)} ${text}`;
}

function lastError(message: string | null): string {
  return message === null ? '' : `, last error: ${printable(message, MAX_ERROR)}`;
}

function fallbackText({ operations, heldPersons, oldestWaitingMs, retryInMs }: FleetState['fallback']): string {
  if (operations === 0) return 'empty';
  const parts = [plural(operations, 'operation'), `${formatCount(heldPersons)} held`];
  if (oldestWaitingMs !== null) parts.push(`oldest ${formatDuration(oldestWaitingMs)}`);
  if (retryInMs !== null) parts.push(`next try in ${formatDuration(retryInMs)}`);
  return parts.join(' · ');
}

function brakesText({ parked, brakes }: Pick<FleetState, 'parked' | 'brakes'>): string {
  const inForce = brakes.length === 0 ? 'none in force' : `${plural(brakes.length, 'brake')} (see: fleet brakes)`;
  const parts = [inForce, `${plural(parked.operations, 'operation')} of ${plural(parked.persons, 'person')} parked`];
  if (parked.oldestWaitingMs !== null) parts.push(`oldest ${formatDuration(parked.oldestWaitingMs)}`);
  return parts.join(' · ');
}

function deadLetterText({ deadLetters, operations, redriving, oldestMs, reasons }: FleetState['deadLetters']): string {
  if (operations === 0 && redriving === 0 && deadLetters === 0) return 'none';
  const parts = [deadLetters === 0 ? 'none at rest' : `${formatCount(deadLetters)} at rest`];
  if (oldestMs !== null) parts.push(`oldest ${formatDuration(oldestMs)}`);
  if (redriving > 0) parts.push(`${formatCount(redriving)} on their way back`);
  // Counted by the ledger, which keeps those that were removed after their 30 days.
  if (operations > 0) parts.push(`${plural(operations, 'operation')} in all`);
  const top = reasons
    .slice(0, MAX_REASONS)
    .map(({ code, operations: count }) => `${printable(code, MAX_NAME)} ${formatCount(count)}`);
  if (top.length > 0) parts.push(`by reason: ${top.join(', ')}`);
  return parts.join(' · ');
}

function section(
  name: string,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: Paint,
): string[] {
  if (rows.length === 0) return [line(name, 'none')];
  const [title = '', ...lines] = formatTable(columns, rows);
  return [paint('dim', title), ...lines];
}

function workerRow(
  { id, lanes, fallback, circuit, delivered, memoryBytes, version, quiet, lastError: error }: WorkerState,
  nowMs: number,
): string[] {
  const consumed = [lanes.join(','), ...(fallback ? ['fallback'] : [])].filter((text) => text !== '').join(' ');
  const ago = error?.at === null || error === null ? '' : ` (${formatDuration(nowMs - error.at)} ago)`;
  return [
    printable(id, MAX_NAME),
    quiet ? `${consumed} (stopping)` : consumed,
    circuit.state,
    formatCount(delivered),
    memoryBytes === null ? '-' : formatBytes(memoryBytes),
    printable(version, MAX_NAME),
    error === null ? '' : `${printable(error.code)}: ${printable(error.message, MAX_ERROR)}${ago}`,
  ];
}

function laneRow(lane: LaneState): string[] {
  return [
    String(lane.lane),
    formatCount(lane.operations),
    formatBytes(lane.bytes),
    lane.oldestWaitingMs === null ? '-' : formatDuration(lane.oldestWaitingMs),
    lane.owner === null ? 'nobody' : printable(lane.owner, MAX_NAME),
    laneNote(lane),
  ];
}

function laneNote({ paused, retryInMs, failed, head }: LaneState): string {
  const notes: string[] = [];
  if (paused) notes.push('paused');
  if (failed > 0) notes.push(`${formatCount(failed)} failed (must be 0)`);
  if (retryInMs !== null) notes.push(`next try in ${formatDuration(retryInMs)}`);
  if (head !== null && head.attempts > 0) notes.push(plural(head.attempts, 'failed attempt'));
  if (head?.lastError) notes.push(`${printable(head.lastError.code)}: ${printable(head.lastError.message, MAX_ERROR)}`);
  return notes.join(' · ');
}
