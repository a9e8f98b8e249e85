/** One of the two queues for what operators hold. */
export type ParkedSide = 0 | 1;

/**
 * What a run knows of what is parked, as of its begin. The two sides take turns: new holds go to the *shelf*, which nobody
 * empties; the other one, the *outlet*, is emptied: to Customer.io, or back to the shelf what is still held. Of each person
 * everything on the shelf was accepted before everything in the outlet, that before fallback, and that before the lane. See
 * docs/decisions/0010-parked-operations-take-turns.md.
 */
export interface Parking {
  /** How often the sides have changed. */
  readonly turn: number;
  /** When they changed last, in ms: what is emptied since was held until then, and didn't age. 0: never. */
  readonly sinceMs: number;
  /** Lane keys of the batch with operations on the shelf. */
  readonly onShelf: ReadonlySet<string>;
  /** Lane keys of the batch with operations in the outlet. */
  readonly inOutlet: ReadonlySet<string>;
}

export const NOTHING_PARKED: Parking = { turn: 0, sinceMs: 0, onShelf: new Set(), inOutlet: new Set() };

/** The side that keeps what is held now. */
export function shelfOf(turn: number): ParkedSide {
  return turn % 2 === 0 ? 0 : 1;
}

/** The side that is emptied now. */
export function outletOf(turn: number): ParkedSide {
  return turn % 2 === 0 ? 1 : 0;
}
