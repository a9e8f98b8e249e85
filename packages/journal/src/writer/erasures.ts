import { isErasingRow } from '../erasing-row.ts';
import type { StoredRow } from '../row.ts';
import type { JournalStore } from '../store/journal-store.ts';

/** Persons that were suppressed or deleted lately. */
export interface Erasures {
  /** Forgets the payloads of whom `rows` tell that Customer.io has erased them. */
  follow(rows: readonly StoredRow[], nowMs?: number): Promise<void>;
  /**
   * Does it again for rows that came late, from packs that overtook each other. Most come within seconds: each erasure is repeated when it is
   * twice as long ago as at the last time, and once more after an hour. A bulk suppression is thousands of erasures, and each costs queries.
   */
  repeat(nowMs: number): Promise<void>;
}

/** How long late rows are looked for, in ms. */
const REPEAT_MS = 3_600_000;
const MAX_PERSONS = 100_000;
const PERSONS_PER_CALL = 500;
/** Erasures that were accepted in so many ms are done in one call. */
const TOGETHER_MS = 1_000;

interface Erasure {
  readonly workspace: string;
  readonly person: string;
  readonly acceptedUntilMs: number;
  readonly seenAtMs: number;
  readonly repeatAtMs: number;
}

/** Those of one workspace and of about one time: who came back since then must not lose what they said after somebody else's erasure. */
function togetherOf({ workspace, acceptedUntilMs }: Erasure): string {
  return `${workspace} ${Math.floor(acceptedUntilMs / TOGETHER_MS)}`;
}

/** @param alsoArchived - whether there is an archive that has to forget them, too */
export function createErasures(store: JournalStore, alsoArchived = false): Erasures {
  const recent = new Map<string, Erasure>();

  async function forget(erasures: readonly Erasure[], nowMs: number, isRepeat: boolean): Promise<void> {
    for (const ofWorkspace of Map.groupBy(erasures, togetherOf).values()) {
      for (let from = 0; from < ofWorkspace.length; from += PERSONS_PER_CALL) {
        const some = ofWorkspace.slice(from, from + PERSONS_PER_CALL);
        const workspace = some[0]?.workspace ?? '';
        const persons = some.map(({ person }) => person);
        const acceptedUntilMs = Math.max(...some.map((erasure) => erasure.acceptedUntilMs));
        await store.forget({ workspace, persons, acceptedUntilMs, nowMs, what: 'payloads', isRepeat, alsoArchived });
      }
    }
  }

  return {
    async follow(rows, nowMs = Date.now()) {
      const erasures = rows
        .filter(isErasingRow)
        .flatMap(({ person, workspace, acceptedAt }): Erasure[] =>
          person === null
            ? []
            : [{ workspace, person, acceptedUntilMs: acceptedAt, seenAtMs: nowMs, repeatAtMs: nowMs }],
        );
      if (erasures.length === 0) return;
      await forget(erasures, nowMs, false);
      for (const erasure of erasures) {
        if (recent.size < MAX_PERSONS) recent.set(`${erasure.workspace} ${erasure.person}`, erasure);
      }
    },
    async repeat(nowMs) {
      const due = [...recent].filter(([, { repeatAtMs }]) => nowMs >= repeatAtMs);
      await forget(
        due.map(([, erasure]) => erasure),
        nowMs,
        true,
      );
      for (const [key, erasure] of due) {
        if (recent.get(key) !== erasure) continue; // erased once more meanwhile
        const ageMs = nowMs - erasure.seenAtMs;
        if (ageMs >= REPEAT_MS) recent.delete(key);
        else recent.set(key, { ...erasure, repeatAtMs: erasure.seenAtMs + Math.min(2 * ageMs, REPEAT_MS) });
      }
    },
  };
}
