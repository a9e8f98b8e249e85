/** Operations of each source in the last minute. */
export class RecentOperations {
  readonly #pieces: { readonly startMs: number; readonly bySource: Map<string, number> }[] = [];

  add(source: string, operations: number, nowMs: number): void {
    let piece = this.#pieces.at(-1);
    if (piece === undefined || nowMs - piece.startMs >= PIECE_MS) {
      piece = { startMs: nowMs, bySource: new Map() };
      this.#pieces.push(piece);
      if (this.#pieces.length > PIECES) this.#pieces.shift();
    }
    piece.bySource.set(source, (piece.bySource.get(source) ?? 0) + operations);
  }

  /** Empty when nobody sent anything for a minute. */
  read(nowMs: number): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { startMs, bySource } of this.#pieces) {
      if (nowMs - startMs > PIECES * PIECE_MS) continue;
      for (const [source, operations] of bySource) sums.set(source, (sums.get(source) ?? 0) + operations);
    }
    return sums;
  }
}

const PIECE_MS = 5_000;
const PIECES = 12;
