/**
 * The ledger of a workspace: accepted = delivered + dead-lettered + deduplicated + erased + discarded + waiting.
 *
 * Each number moves in the very script that does what it counts, so the sum holds after any crash.
 */
export const FINAL_STATES = ['delivered', 'dead-lettered', 'deduplicated', 'erased', 'discarded'] as const;

/** The final states of an operation. A redrive takes one back from `dead-lettered` to waiting. */
export type FinalState = (typeof FINAL_STATES)[number];

export type LedgerField = 'accepted' | FinalState;

export type Ledger = Readonly<Record<LedgerField | 'waiting', number>>;

/** What the ledger can't account for; 0 when nothing was lost and nothing was made up. */
export function ledgerResidue(ledger: Ledger): number {
  let settled = ledger.waiting;
  for (const state of FINAL_STATES) settled += ledger[state];
  return ledger.accepted - settled;
}

/** Reads the hashes `ledger` and `waiting` as Redis returns them. */
export function readLedger(ledger: Record<string, string>, waiting: Record<string, string>): Ledger {
  let waitingOperations = 0;
  for (const [field, value] of Object.entries(waiting)) {
    if (field.endsWith(':operations')) waitingOperations += Number(value);
  }
  const count = (field: LedgerField) => Number(ledger[field] ?? 0);
  return {
    accepted: count('accepted'),
    delivered: count('delivered'),
    'dead-lettered': count('dead-lettered'),
    deduplicated: count('deduplicated'),
    erased: count('erased'),
    discarded: count('discarded'),
    waiting: waitingOperations,
  };
}
