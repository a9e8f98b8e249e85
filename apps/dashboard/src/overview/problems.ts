import type { FleetState } from '@cio-fleet/lanes';
import type { RedisMemory } from '@cio-fleet/redis';
import type { WorkspaceView } from '../fleet/fleet-monitor.ts';
import type { JournalAnswer } from '../journal/journals.ts';
import { operationsInAll } from '../page/dead-letter-count.ts';
import { formatBytes, formatCount, formatDuration, formatRate } from '../page/format.ts';
import { address } from '../page/links.ts';
import { lanesProblems } from './lanes-problems.ts';
import type { Past } from './past.ts';
import { byImportance, type Problem } from './problem.ts';
import { workersProblems } from './workers-problems.ts';

/** The problems of a workspace as the overview read it. */
export function problemsOfView(
  { outline, state, journalWaitsMs }: WorkspaceView,
  past: Past | undefined,
): readonly Problem[] {
  const { maxRequestsPerSecond } = outline;
  return problemsOf({ state, maxRequestsPerSecond, journalWaitsMs, journal: past?.journal ?? { kind: 'off' } });
}

export interface ProblemFacts {
  readonly state: FleetState;
  /** Requests per second that the configuration allows. */
  readonly maxRequestsPerSecond: number;
  /** How long the oldest rows wait for the journal's writer, in ms. */
  readonly journalWaitsMs: number | null;
  readonly journal: JournalAnswer<unknown>;
}

/** A writer takes rows within seconds; this late it is stuck, or too slow. */
const JOURNAL_LATE_MS = 60_000;
/** As the alert in infra/prometheus: what is stuck here becomes dead letters at 72 h. */
const FALLBACK_OLD_MS = 6 * 3_600_000;
/** Producers spool or refuse from 80 % on; this leaves time to act. */
const MEMORY_WARN_SHARE = 0.6;
const MEMORY_BAD_SHARE = 0.8;

/** What is wrong with a workspace now; nothing when all is well. */
export function problemsOf({ state, maxRequestsPerSecond, journalWaitsMs, journal }: ProblemFacts): readonly Problem[] {
  const { workspace } = state;
  const found: Problem[] = [...workersProblems(state), ...lanesProblems(state)];
  if (state.residue !== 0) {
    found.push({
      severity: 'bad',
      what: `The ledger can't account for ${formatCount(Math.abs(state.residue))} operations.`,
      todo: 'Change nothing; the runbook says how to find them.',
      runbook: 'Residue is not 0',
    });
  }
  if (state.fallback.operations > 0) {
    const { operations, heldPersons, oldestWaitingMs } = state.fallback;
    found.push({
      severity: (oldestWaitingMs ?? 0) > FALLBACK_OLD_MS ? 'bad' : 'warn',
      what: `${formatCount(operations)} operations of ${formatCount(heldPersons)} persons wait in fallback, the oldest for ${formatDuration(oldestWaitingMs)}.`,
      todo: 'They go out in order once Customer.io takes them; after 72 h they become dead letters.',
      runbook: 'Fallback grows',
    });
  }
  if (state.deadLetters.deadLetters > 0) {
    const [most] = state.deadLetters.reasons;
    const operations = operationsInAll(state.deadLetters);
    found.push({
      severity: 'warn',
      what: `${formatCount(state.deadLetters.deadLetters)} dead letters rest${operations === undefined ? '' : ` (${operations})`}${most === undefined ? '' : `, most with ${most.code}`}.`,
      todo: 'See why, mend the cause, then redrive them.',
      look: { label: 'Errors', href: address('/errors', { workspace }) },
      runbook: 'Dead letters grow',
    });
  }
  const budget = state.rate.requestsPerSecond ?? maxRequestsPerSecond;
  if (state.rate.current !== null && state.rate.current < budget) {
    found.push({
      severity: 'warn',
      what: `Customer.io throttles us: ${formatRate(state.rate.current)} requests/s instead of ${formatRate(budget)}.`,
      todo: 'Nothing: the rate goes up again by itself. If it keeps happening, lower the budget.',
      runbook: '429',
    });
  }
  if (state.brakes.length > 0) {
    found.push({
      severity: 'warn',
      what: `${formatCount(state.brakes.length)} ${state.brakes.length === 1 ? 'brake is' : 'brakes are'} in force, ${formatCount(state.parked.operations)} operations are held back.`,
      todo: 'Release what is no longer meant: under Brakes below.',
      runbook: 'Brakes: release',
    });
  }
  return byImportance([...found, ...journalProblems(journal, journalWaitsMs)]);
}

function journalProblems(journal: JournalAnswer<unknown>, waitsMs: number | null): readonly Problem[] {
  if (journal.kind === 'away') {
    return [
      {
        severity: 'warn',
        what: `The journal does not answer: ${journal.message}.`,
        todo: 'Delivery goes on. Look at its database; rows wait meanwhile.',
        runbook: 'The journal is behind',
      },
    ];
  }
  if (waitsMs === null || waitsMs < JOURNAL_LATE_MS) return [];
  return [
    {
      severity: 'warn',
      what: `The journal is behind: its oldest rows wait for ${formatDuration(waitsMs)}.`,
      todo: 'Delivery goes on. What you look for may not be in the past yet.',
      runbook: 'The journal is behind',
    },
  ];
}

/** What is wrong with Redis, which all workspaces share. */
export function redisProblems({ usedBytes, maxBytes, evicts }: RedisMemory): readonly Problem[] {
  const found: Problem[] = [];
  if (evicts) {
    found.push({
      severity: 'bad',
      what: 'Redis deletes data when its memory runs out.',
      todo: 'Set maxmemory-policy to noeviction: accepted operations would be lost.',
      runbook: 'Redis may evict',
    });
  }
  const share = maxBytes === undefined ? 0 : usedBytes / maxBytes;
  if (share >= MEMORY_WARN_SHARE) {
    found.push({
      severity: share >= MEMORY_BAD_SHARE ? 'bad' : 'warn',
      what: `Redis uses ${formatBytes(usedBytes)} of ${formatBytes(maxBytes ?? null)} (${Math.floor(share * 100)} %).`,
      todo: 'From 80 % on producers spool to disk or refuse. Find out what grows, or give it more memory.',
      runbook: 'Redis is full',
    });
  }
  return found;
}
