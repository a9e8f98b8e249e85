import { newUlid } from '@cio-fleet/contracts';
import { failureFingerprint } from '../failure-fingerprint.ts';
import { JOURNAL_OUTCOMES, type JournalRow, MAX_TIME_MS, type StoredRow } from '../row.ts';
import { stepOf, toUuid } from '../row-key.ts';
import { cleanPayload, cleanText } from './clean-payload.ts';
import { createIdentityCloak, type PersonPrivacy } from './person-privacy.ts';
import { createRedaction, DEFAULT_REDACTED_FIELDS, IDENTITY_FIELDS } from './redaction.ts';

/** How much of a payload the journal keeps: nothing, all but redacted fields, or all. */
export type PayloadPolicy = 'none' | 'redacted' | 'full';

export interface RowPrivacy {
  readonly payload: PayloadPolicy;
  /** Fields that are redacted on top of the usual ones, by name or by path. */
  readonly redact: readonly string[];
  readonly person: PersonPrivacy;
}

const MAX_ID_CHARACTERS = 300;
const MAX_NAME_CHARACTERS = 500;
const MAX_REASON_CHARACTERS = 1_000;
const MAX_VALUE_CHARACTERS = 4_000;
const MAX_ALIASES = 10;
const MAX_INT = 2_147_483_647;

const ANONYMOUS = 'anonymous_id:';
const FAILURES = new Set<string>(['failed', 'dead-lettered'] satisfies JournalRow['outcome'][]);

/** Makes what a caller recorded into what every store takes. @throws what the caller's own payload throws */
export function createRowCleaner(privacy: RowPrivacy): (row: JournalRow) => StoredRow {
  const cloak = createIdentityCloak(privacy.person);
  const redaction = createRedaction([
    ...(privacy.payload === 'redacted' ? [...DEFAULT_REDACTED_FIELDS, ...privacy.redact] : []),
    ...(privacy.person === 'plain' ? [] : IDENTITY_FIELDS),
  ]);
  const identity = (value: unknown) => {
    const text = optionalText(value, MAX_ID_CHARACTERS);
    return text === null ? null : cloak(text);
  };
  return (row) => {
    if (!JOURNAL_OUTCOMES.includes(row.outcome)) throw new TypeError(`expected an outcome, got ${String(row.outcome)}`);
    const time = wholeTime(row.time, Date.now());
    const person = optionalText(row.person, MAX_ID_CHARACTERS);
    const isAnonymous = person?.startsWith(ANONYMOUS) === true;
    const anonymousId = isAnonymous ? person.slice(ANONYMOUS.length) : row.anonymousId;
    const failure = {
      action: requiredText(row.action),
      status: optionalInt(row.status),
      errorCode: optionalText(row.errorCode, MAX_ID_CHARACTERS),
      reason: optionalText(row.reason, MAX_REASON_CHARACTERS),
    };
    return {
      ...failure,
      time,
      acceptedAt: wholeTime(row.acceptedAt ?? time, time),
      workspace: requiredText(row.workspace),
      operationId: toUuid(String(row.operationId ?? newUlid())),
      step: stepOf(row),
      outcome: row.outcome,
      person: isAnonymous ? null : identity(person),
      sessionId: optionalText(row.sessionId, MAX_ID_CHARACTERS),
      traceId: optionalText(row.traceId, MAX_ID_CHARACTERS),
      anonymousId: identity(anonymousId),
      userId: identity(row.userId),
      terminalId: optionalText(row.terminalId, MAX_ID_CHARACTERS),
      component: optionalText(row.component, MAX_ID_CHARACTERS),
      source: optionalText(row.source, MAX_ID_CHARACTERS),
      name: optionalText(row.name, MAX_NAME_CHARACTERS),
      attempts: optionalInt(row.attempts),
      fingerprint: FAILURES.has(row.outcome) ? failureFingerprint(failure) : null,
      worker: optionalText(row.worker, MAX_ID_CHARACTERS),
      lane: optionalText(row.lane, MAX_ID_CHARACTERS),
      queuedMs: optionalInt(row.queuedMs),
      key: optionalText(row.key, MAX_NAME_CHARACTERS),
      value: optionalText(row.value, MAX_VALUE_CHARACTERS),
      payload: privacy.payload === 'none' ? null : cleanPayload(row.payload, redaction),
      aliases: cleanAliases(row.aliases, identity),
    };
  };
}

function cleanAliases(aliases: unknown, identity: (value: unknown) => string | null): readonly string[] | null {
  if (!Array.isArray(aliases)) return null;
  const clean = aliases.slice(0, MAX_ALIASES).flatMap((alias) => identity(alias) ?? []);
  return clean.length === 0 ? null : clean;
}

function requiredText(value: unknown): string {
  return optionalText(value, MAX_NAME_CHARACTERS) ?? '';
}

function optionalText(value: unknown, maxCharacters: number): string | null {
  if (value === undefined || value === null || value === '') return null;
  const text = typeof value === 'string' ? value : String(value);
  return cleanText(text.length > maxCharacters ? text.slice(0, maxCharacters) : text);
}

function optionalInt(value: unknown): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return Math.max(-MAX_INT, Math.min(MAX_INT, Math.round(value)));
}

function wholeTime(value: unknown, otherwise: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return otherwise;
  return Math.max(0, Math.min(MAX_TIME_MS, Math.round(value)));
}
