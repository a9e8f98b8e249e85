import { createIdentityCloak, type PersonPrivacy } from '../intake/person-privacy.ts';
import { personDigest } from '../store/forgotten.ts';
import { findIdentities, type Identities, keysOfPerson, tiesIn } from './identities.ts';
import type { JournalSource } from './journal-source.ts';
import { type FailureGroup, readFailures } from './read-failures.ts';
import { type Note, type NoteSubject, readNotes } from './read-notes.ts';
import { type Dimension, type Rollup, readRollups } from './read-rollups.ts';
import { readSources, type SourceReport } from './read-sources.ts';
import { readTimeline, type TimelinePage, type TimelineQuery } from './read-timeline.ts';
import { createValues, type TimeWindow, windowOf } from './window.ts';

export interface JournalReaderOptions {
  readonly source: JournalSource;
  readonly workspace: string;
  /** As the sinks have it; else nobody is found. @defaultValue 'plain' */
  readonly person?: PersonPrivacy;
  /** @defaultValue `Date.now` */
  readonly now?: () => number;
}

interface InWindow {
  /** @defaultValue the last 24 hours */
  readonly window?: Partial<TimeWindow>;
}

/** That somebody was forgotten. */
export interface ForgottenProof {
  readonly at: number;
  readonly what: 'payloads' | 'rows';
  /** Rows changed or deleted then, of everybody who was forgotten with them. */
  readonly rows: number;
}

/** Answers what happened. Every question has a time window, a time-out and a limit of 500. */
export interface JournalReader {
  /** Rows of a person, operation, session, trace or group of failures, newest first, page by page. */
  timeline(query: TimelineQuery): Promise<TimelinePage>;
  /** Failures in groups, the largest first. */
  failures(
    query?: InWindow & { readonly limit?: number; readonly fingerprint?: string },
  ): Promise<readonly FailureGroup[]>;
  /** Sums per step, for charts. */
  rollups(
    query?: InWindow & { readonly by?: readonly Dimension[]; readonly stepMs?: number },
  ): Promise<readonly Rollup[]>;
  /** How each service fares. */
  sources(query?: InWindow): Promise<readonly SourceReport[]>;
  notes(query: InWindow & { readonly subject: NoteSubject; readonly limit?: number }): Promise<readonly Note[]>;
  /** Under which keys rows of a person may be, as far as other rows tie them together; hashes where persons are hashed. */
  identities(person: string): Promise<Identities>;
  /** When a person was forgotten, newest first. */
  forgotten(person: string): Promise<readonly ForgottenProof[]>;
  /** How far the read side is behind, in ms. */
  lagMs(): Promise<number>;
  close(): Promise<void>;
}

export function createJournalReader(options: JournalReaderOptions): JournalReader {
  const { source, workspace, person = 'plain', now = Date.now } = options;
  const cloak = createIdentityCloak(person);
  return {
    timeline: (query) => readTimeline({ source, workspace, cloak, nowMs: now() }, query),
    failures: ({ window, ...rest } = {}) =>
      readFailures(source, workspace, { ...rest, window: windowOf(window, now()) }),
    rollups: ({ window, ...rest } = {}) => readRollups(source, workspace, { ...rest, window: windowOf(window, now()) }),
    sources: ({ window } = {}) => readSources(source, workspace, windowOf(window, now())),
    notes: ({ subject, window, limit }) =>
      readNotes(source, workspace, {
        subject: 'userId' in subject ? { userId: cloak(subject.userId) } : subject,
        window: windowOf(window, now()),
        ...(limit === undefined ? {} : { limit }),
      }),
    identities: (who) => findIdentities(tiesIn(source, workspace), keysOfPerson(who, cloak)),
    async forgotten(who) {
      const { values, list } = createValues();
      const digests = keysOfPerson(who, cloak).map((each) => personDigest(workspace, each));
      const parts = await source.select(
        `SELECT DISTINCT at, what, rows FROM journal_forgotten WHERE person_digest IN ${list(digests)} ORDER BY at DESC LIMIT 100`,
        values,
      );
      return parts.flat() as unknown as readonly ForgottenProof[];
    },
    lagMs: () => source.lagMs(),
    close: () => source.close(),
  };
}
