import { createIdentityCloak, type PersonPrivacy } from './intake/person-privacy.ts';
import { keysOfPerson } from './reader/identities.ts';
import type { ForgetReport, JournalStore } from './store/journal-store.ts';

export interface ForgetPersonOptions {
  readonly store: JournalStore;
  readonly workspace: string;
  /** As a lane key, or as somebody types it. */
  readonly person: string;
  /** As the sinks have it. @defaultValue 'plain' */
  readonly privacy?: PersonPrivacy;
  /** @defaultValue 'rows' */
  readonly what?: 'payloads' | 'rows';
  readonly nowMs: number;
  /** Whether there is an archive that has to forget them, too. Its archiver's `erase` does it. @defaultValue false */
  readonly alsoArchived?: boolean;
}

/** Forgets a person, under every identity that the journal ties to them, and leaves a proof. */
export function forgetPerson(options: ForgetPersonOptions): Promise<ForgetReport> {
  const { store, workspace, person, privacy = 'plain', what = 'rows', nowMs, alsoArchived = false } = options;
  const persons = keysOfPerson(person, createIdentityCloak(privacy));
  return store.forget({ workspace, persons, what, acceptedUntilMs: nowMs, nowMs, alsoArchived });
}
