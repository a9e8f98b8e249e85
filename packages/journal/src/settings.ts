import { type ArchiveTarget, readArchiveTarget } from './archive/archive-target.ts';
import type { PayloadPolicy } from './intake/clean-row.ts';
import type { PersonPrivacy } from './intake/person-privacy.ts';
import type { JournalPlace } from './journal-place.ts';

/** The variables of the journal, for whoever reads the environment. */
export const JOURNAL_VARIABLES = [
  'DATABASE_URL',
  'JOURNAL_READ_URL',
  'JOURNAL_DIR',
  'JOURNAL_PAYLOAD',
  'JOURNAL_REDACT',
  'JOURNAL_PERSON',
  'JOURNAL_PERSON_KEY',
  'JOURNAL_RETENTION_DAYS',
  'JOURNAL_ARCHIVE',
  'AWS_REGION',
  'AWS_ENDPOINT_URL_S3',
] as const;

export type JournalVariable = (typeof JOURNAL_VARIABLES)[number];

/** How the journal is set up. */
export interface JournalSettings {
  /** Undefined: there is no journal. */
  readonly place: JournalPlace | undefined;
  /** What sinks are given. */
  readonly intake: {
    readonly payload: PayloadPolicy;
    readonly redact: readonly string[];
    readonly person: PersonPrivacy;
  };
  readonly retentionDays: number;
  /** Undefined: days are dropped without. */
  readonly archive: ArchiveTarget | undefined;
}

export type JournalSettingsResult =
  | { readonly ok: true; readonly settings: JournalSettings }
  | { readonly ok: false; readonly problems: readonly string[] };

export const DEFAULT_RETENTION_DAYS = 15;
const MAX_RETENTION_DAYS = 3_650;
const MIN_KEY_CHARACTERS = 16;
const PAYLOADS: readonly string[] = ['none', 'redacted', 'full'] satisfies PayloadPolicy[];

/** Reads the variables; all problems at once. An empty one counts as not set. */
export function readJournalSettings(
  variables: Readonly<Partial<Record<JournalVariable, string>>>,
): JournalSettingsResult {
  const problems: string[] = [];
  const expect = (isFine: boolean, name: JournalVariable, what: string, shown = `"${variables[name] ?? ''}"`) => {
    if (!isFine) problems.push(`${name}: expected ${what}, got ${shown}; correct ${name}, or unset it for its default`);
  };
  const payload = variables.JOURNAL_PAYLOAD || 'redacted';
  expect(PAYLOADS.includes(payload), 'JOURNAL_PAYLOAD', `one of ${PAYLOADS.join(', ')}`);
  const person = variables.JOURNAL_PERSON || 'plain';
  expect(person === 'plain' || person === 'hash', 'JOURNAL_PERSON', 'plain or hash');
  const hashKey = variables.JOURNAL_PERSON_KEY ?? '';
  const needsKey = person === 'hash';
  expect(
    !needsKey || hashKey.length >= MIN_KEY_CHARACTERS,
    'JOURNAL_PERSON_KEY',
    `at least ${MIN_KEY_CHARACTERS} characters with JOURNAL_PERSON=hash`,
    `${hashKey.length} characters`, // a key is never shown
  );
  const days = variables.JOURNAL_RETENTION_DAYS || String(DEFAULT_RETENTION_DAYS);
  const retentionDays = /^\d+$/.test(days) ? Number(days) : 0;
  const isDays = retentionDays >= 1 && retentionDays <= MAX_RETENTION_DAYS;
  expect(isDays, 'JOURNAL_RETENTION_DAYS', `a whole number from 1 to ${MAX_RETENTION_DAYS}`);
  for (const name of ['DATABASE_URL', 'JOURNAL_READ_URL'] as const) {
    // Shown without its value: it may hold a password.
    expect(
      isPostgresUrl(variables[name] || 'postgres://localhost'),
      name,
      'postgres://host:port/database',
      'something else',
    );
  }
  const isAlone = !variables.JOURNAL_READ_URL || Boolean(variables.DATABASE_URL);
  expect(isAlone, 'JOURNAL_READ_URL', 'DATABASE_URL beside it', 'no DATABASE_URL');
  const archive = readArchiveTarget(variables);
  const isArchive = !variables.JOURNAL_ARCHIVE || archive !== undefined;
  expect(isArchive, 'JOURNAL_ARCHIVE', 'file:///folder or s3://bucket/prefix');
  const endpoint = variables.AWS_ENDPOINT_URL_S3 || 'https://localhost';
  expect(/^https?:\/\/[^/]/.test(endpoint), 'AWS_ENDPOINT_URL_S3', 'https://host:port');
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    settings: {
      place: placeOf(variables),
      intake: {
        payload: payload as PayloadPolicy,
        redact: (variables.JOURNAL_REDACT ?? '')
          .split(',')
          .map((rule) => rule.trim())
          .filter(Boolean),
        person: needsKey ? { hashKey } : 'plain',
      },
      retentionDays,
      archive,
    },
  };
}

/** PostgreSQL where there is one, else files, else nothing. */
function placeOf(variables: Readonly<Partial<Record<JournalVariable, string>>>): JournalPlace | undefined {
  const { DATABASE_URL: databaseUrl, JOURNAL_READ_URL: readUrl, JOURNAL_DIR: folder } = variables;
  if (databaseUrl) return { kind: 'postgres', databaseUrl, ...(readUrl ? { readUrl } : {}) };
  return folder ? { kind: 'sqlite', folder } : undefined;
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && /^postgres(?:ql)?:$/.test(new URL(text).protocol);
}
