import type { Summary } from './summarize.ts';

const DEFAULT_CAPACITY = 100_000;

/** Remembers which identities are stored already, so that a person's every operation doesn't write them again. */
export interface KnownIdentities {
  /** Leaves out what is known. `confirm` makes the rest known: to be called after the commit, never before. */
  slim(summary: Summary): { readonly slimmed: Summary; readonly confirm: () => void };
  /** After an erasure everything is written anew. */
  clear(): void;
  /** The same when `deletions`, which counts ties that anybody deleted, is another number than before. */
  clearAfter(deletions: number): void;
}

export function createKnownIdentities(capacity = DEFAULT_CAPACITY): KnownIdentities {
  const known = new Set<string>();
  let generation = 0;
  let deletionsBefore: number | undefined;
  const clear = () => {
    generation += 1;
    known.clear();
  };
  return {
    slim(summary) {
      const before = generation;
      const fresh = summary.identities
        .map((line) => ({ line, key: line.join('\0') }))
        .filter(({ key }) => !known.has(key));
      return {
        slimmed: { ...summary, identities: fresh.map(({ line }) => line) },
        confirm() {
          if (generation !== before) return; // erased meanwhile
          if (known.size + fresh.length > capacity) known.clear();
          for (const { key } of fresh) known.add(key);
        },
      };
    },
    clear,
    clearAfter(deletions) {
      if (deletions !== deletionsBefore) clear();
      deletionsBefore = deletions;
    },
  };
}
