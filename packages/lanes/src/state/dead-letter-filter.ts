import { personKeys } from './person-key.ts';
import type { RestingDeadLetter } from './resting-dead-letter.ts';

/** Which dead letters are meant. Absent fields don't narrow. */
export interface DeadLetterFilter {
  /** Reason code, e.g. `REJECTED`. */
  readonly reason?: string;
  /** The producer's verb, e.g. `track`. */
  readonly verb?: string;
  /** Name of an event, page or screen. */
  readonly name?: string;
  /** The service that sent it. */
  readonly source?: string;
  /** Lane key (`id:42`, `email:ada@example.com`), or a bare id, address or phone number. */
  readonly person?: string;
  /** Dead-lettered at or after, in ms since the epoch. */
  readonly since?: number;
  /** Dead-lettered before, in ms since the epoch. */
  readonly until?: number;
  /** These jobs, or the dead letters of these operations (by ULID). */
  readonly ids?: readonly string[];
}

/**
 * Whether `deadLetter` is meant. A packed dead letter is one unit: it matches when one of its operations does.
 */
export function matchesDeadLetter(deadLetter: RestingDeadLetter, filter: DeadLetterFilter): boolean {
  const { reason, verb, name, source, person, since, until, ids } = filter;
  if (reason !== undefined && deadLetter.reason.code !== reason) return false;
  if (verb !== undefined && deadLetter.name !== verb && !deadLetter.verbs.includes(verb)) return false;
  if (name !== undefined && !deadLetter.operations.some(({ op }) => 'name' in op && op.name === name)) return false;
  if (source !== undefined && !deadLetter.operations.some((operation) => operation.source === source)) return false;
  if (person !== undefined && !personKeys(person).some((key) => deadLetter.persons.includes(key))) return false;
  if (since !== undefined && deadLetter.at < since) return false;
  if (until !== undefined && deadLetter.at >= until) return false;
  if (ids === undefined) return true;
  return ids.some((id) => deadLetter.id === id || deadLetter.operations.some((operation) => operation.id === id));
}
