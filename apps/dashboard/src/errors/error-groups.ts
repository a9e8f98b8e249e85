import type { FailureGroup } from '@cio-fleet/journal';
import type { Redis } from 'ioredis';
import type { RestingDeadLetters } from '../fleet/resting-dead-letters.ts';
import { MOST_DEAD_LETTERS } from '../fleet/resting-dead-letters.ts';
import type { JournalAnswer, Journals } from '../journal/journals.ts';
import { groupDeadLetters, type RestingGroup } from './dead-letter-groups.ts';
import { type ErrorDecision, type ErrorState, readDecisions, stateOf } from './error-decisions.ts';

/** Equal failures, from the journal and from the dead letters that rest. */
export interface ErrorGroup {
  readonly fingerprint: string;
  readonly action: string;
  readonly status: number;
  readonly errorCode: string;
  readonly reason: string;
  /** Failed attempts and settled failures in the journal's window; undefined without a journal. */
  readonly count: number | undefined;
  /** Operations that are dead letters now, of those looked at. */
  readonly atRest: number;
  readonly persons: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly samples: readonly string[];
  readonly state: ErrorState;
  readonly decision: ErrorDecision | undefined;
}

export interface ErrorGroups {
  /** The largest first. */
  readonly groups: readonly ErrorGroup[];
  readonly journal: JournalAnswer<unknown>;
  /** False: only the newest dead letters were looked at. */
  readonly sawAllDeadLetters: boolean;
  /** False: the journal has smaller groups, too. */
  readonly sawAllGroups: boolean;
}

/** Of the journal, the largest. */
export const MAX_GROUPS = 200;

export interface ErrorGroupsParts {
  readonly redis: Redis;
  readonly journals: Journals;
  readonly resting: RestingDeadLetters;
  readonly workspace: string;
}

/** @param fingerprint - of the journal, only this group: it may be none of the largest */
export async function readErrorGroups(
  { redis, journals, resting, workspace }: ErrorGroupsParts,
  hours: number,
  fingerprint?: string,
): Promise<ErrorGroups> {
  const window = { from: Date.now() - hours * 3_600_000 };
  const [failures, deadLetters, decisions] = await Promise.all([
    journals.ask(workspace, (reader) =>
      reader.failures({ window, limit: MAX_GROUPS, ...(fingerprint === undefined ? {} : { fingerprint }) }),
    ),
    resting.newest(workspace),
    readDecisions(redis, workspace),
  ]);
  const known = new Map((failures.kind === 'answer' ? failures.value : []).map((group) => [group.fingerprint, group]));
  const atRest = groupDeadLetters(deadLetters);
  const fingerprints = [...new Set([...known.keys(), ...atRest.keys()])];
  const groups = fingerprints.map((fingerprint) =>
    mergeGroup(fingerprint, known.get(fingerprint), atRest.get(fingerprint), decisions.get(fingerprint)),
  );
  return {
    groups: groups.toSorted((a, b) => weight(b) - weight(a) || b.lastAt - a.lastAt),
    journal: failures,
    sawAllDeadLetters: deadLetters.length < MOST_DEAD_LETTERS,
    sawAllGroups: known.size < MAX_GROUPS,
  };
}

function mergeGroup(
  fingerprint: string,
  failure: FailureGroup | undefined,
  resting: RestingGroup | undefined,
  decision: ErrorDecision | undefined,
): ErrorGroup {
  const lastAt = Math.max(failure?.lastAt ?? 0, resting?.lastAt ?? 0);
  const named = failure ?? resting;
  return {
    fingerprint,
    action: named?.action ?? '',
    status: named?.status ?? 0,
    errorCode: named?.errorCode ?? '',
    reason: named?.reason ?? '',
    count: failure?.count,
    atRest: resting?.operations ?? 0,
    persons: Math.max(failure?.persons ?? 0, resting?.persons.size ?? 0),
    firstAt: Math.min(failure?.firstAt ?? Number.POSITIVE_INFINITY, resting?.firstAt ?? Number.POSITIVE_INFINITY),
    lastAt,
    samples: [...new Set([...(failure?.samples ?? []), ...(resting?.samples ?? [])])].slice(0, 5),
    state: stateOf(decision, lastAt),
    decision,
  };
}

function weight({ count, atRest }: ErrorGroup): number {
  return Math.max(count ?? 0, atRest);
}
