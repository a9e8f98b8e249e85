import { HEADER_BYTES } from './record-format.ts';
import type { Segment } from './segment.ts';
import type { AppendedPlace, SpoolLog } from './spool-log.ts';
import type { SpooledOperation } from './spooled-operation.ts';

/** What one read gives. */
export interface ReadPiece {
  readonly operations: readonly SpooledOperation[];
  readonly damaged: string | undefined;
}

/** Reads a log in order, a piece at a time, while it may still grow. */
export class LogReader {
  readonly #log: SpoolLog;
  #segment: Segment | undefined;
  #offset = HEADER_BYTES;
  #lastRead = 0;

  constructor(log: SpoolLog) {
    this.#log = log;
    this.rewind();
  }

  /** Index of the record that was read last. */
  get lastRead(): number {
    return this.#lastRead;
  }

  get isAtEnd(): boolean {
    return this.#lastRead >= this.#log.lastIndex;
  }

  /** Goes back to what isn't settled. What is settled in the same segment is read again, and given again. */
  rewind(): void {
    this.#enter(this.#log.segments[0]);
    if (this.#segment === undefined) this.#lastRead = this.#log.lastIndex;
  }

  /** The records at `place` are known without reading. @returns false when others come before them */
  pass({ segment, firstIndex, after }: AppendedPlace): boolean {
    if (this.#lastRead < after || this.#lastRead >= firstIndex) return false;
    this.#segment = segment;
    this.#offset = segment.bytes;
    this.#lastRead = segment.lastIndex;
    return true;
  }

  /** The next records, none only at the end; `damaged` is the file where some had to be left out. */
  async read(): Promise<ReadPiece> {
    while (!this.isAtEnd) {
      const segment = this.#segment ?? this.#log.segments.find(({ lastIndex }) => lastIndex > this.#lastRead);
      if (segment === undefined) break;
      if (segment !== this.#segment) this.#enter(segment);
      const { operations, end, isLast, isDamaged } = await segment.read(this.#offset, this.#lastRead + 1);
      this.#offset = end;
      this.#lastRead += operations.length;
      if (isDamaged) segment.isDamaged = true;
      const hasMore = !isLast || this.#leave(segment);
      if (isDamaged || operations.length > 0) return { operations, damaged: isDamaged ? segment.path : undefined };
      if (!hasMore) break;
    }
    this.#lastRead = Math.max(this.#lastRead, this.#log.lastIndex);
    return { operations: [], damaged: undefined };
  }

  #enter(segment: Segment | undefined): void {
    this.#segment = segment;
    this.#offset = HEADER_BYTES;
    this.#lastRead = (segment?.firstIndex ?? 1) - 1;
  }

  /** On to the next segment, if there is one; its first number tells how many were left out. */
  #leave(segment: Segment): boolean {
    const { segments } = this.#log;
    const next = segments[segments.indexOf(segment) + 1];
    if (next !== undefined) this.#enter(next);
    else if (segment.isDamaged) this.#lastRead = this.#log.lastIndex;
    return next !== undefined;
  }
}
