import type { StoredRow } from '../row.ts';
import type { JournalStore } from '../store/journal-store.ts';

/** Persons that were suppressed or deleted lately. */
export interface Erasures {
  /** Forgets the payloads of whom `rows` tell that Customer.io has erased them. */
  follow(rows: readonly StoredRow[]): Promise<void>;
  /** Does it again for rows that came late, from packs that overtook each other. */
  repeat(nowMs: number): Promise<void>;
}

/** How long late rows are looked for, in ms. */
const REPEAT_MS = 3_600_000;
const MAX_PERSONS = 100_000;
const PERSONS_PER_CALL = 500;
const ERASING = new Set(['suppress', 'delete']);

interface Erasure {
  readonly workspace: string;
  readonly person: string;
  readonly acceptedUntilMs: number;
  readonly seenAtMs: number;
}

export function createErasures(store: JournalStore): Erasures {
  const recent = new Map<string, Erasure>();

  async function forget(erasures: readonly Erasure[], nowMs: number, isRepeat: boolean): Promise<void> {
    for (const [workspace, ofWorkspace] of Map.groupBy(erasures, (erasure) => erasure.workspace)) {
      for (let from = 0; from < ofWorkspace.length; from += PERSONS_PER_CALL) {
        const some = ofWorkspace.slice(from, from + PERSONS_PER_CALL);
        const persons = some.map(({ person }) => person);
        const acceptedUntilMs = Math.max(...some.map((erasure) => erasure.acceptedUntilMs));
        await store.forget({ workspace, persons, acceptedUntilMs, nowMs, what: 'payloads', isRepeat });
      }
    }
  }

  return {
    async follow(rows) {
      const nowMs = Date.now();
      const erasures = rows.flatMap(({ outcome, action, person, workspace, acceptedAt }): Erasure[] =>
        outcome === 'delivered' && ERASING.has(action) && person !== null
          ? [{ workspace, person, acceptedUntilMs: acceptedAt, seenAtMs: nowMs }]
          : [],
      );
      if (erasures.length === 0) return;
      await forget(erasures, nowMs, false);
      for (const erasure of erasures) {
        if (recent.size < MAX_PERSONS) recent.set(`${erasure.workspace} ${erasure.person}`, erasure);
      }
    },
    async repeat(nowMs) {
      for (const [key, { seenAtMs }] of recent) if (nowMs - seenAtMs > REPEAT_MS) recent.delete(key);
      await forget([...recent.values()], nowMs, true);
    },
  };
}
