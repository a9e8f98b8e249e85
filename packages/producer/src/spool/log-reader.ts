import { HEADER_BYTES } from './record-format.ts';
import type { Segment } from './segment.ts';
import type { AppendedPlace, SpoolLog } from './spool-log.ts';
import type { SpooledOperation } from './spooled-operation.ts';

/** Reads a log in order, a piece at a time, while it may still grow. */
export class LogReader {
  readonly #log: SpoolLog;
  #segment: Segment | undefined;
  #offset = HEADER_BYTES;
  #lastRead = 0;

  /** @param settled - read on behind this index */
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

  /** The records at `place` were kept in memory since they were appended: no need to read them. @returns false if it isn't their turn */
  pass(place: AppendedPlace, end: number): boolean {
    if (this.#lastRead < place.firstIndex - 1 && !this.#isGapBefore(place)) return false;
    this.#segment = place.segment;
    this.#offset = end;
    this.#lastRead = place.segment.lastIndex;
    return true;
  }

  /** The next records; none at the end. @returns also whether bytes had to be left out that can't be read */
  async read(): Promise<{ readonly operations: readonly SpooledOperation[]; readonly damaged: string | undefined }> {
    while (!this.isAtEnd) {
      const segment = this.#segment ?? this.#log.segments.find(({ firstIndex }) => firstIndex > this.#lastRead);
      if (segment === undefined) break;
      if (segment !== this.#segment) this.#enter(segment);
      const { operations, end, isLast, isDamaged } = await segment.read(this.#offset, this.#lastRead + 1);
      this.#offset = end;
      this.#lastRead += operations.length;
      if (isDamaged) segment.isDamaged = true;
      const damaged = isDamaged ? segment.path : undefined;
      if (isLast && segment !== this.#log.segments.at(-1)) this.#leave(segment);
      else if (isDamaged) break;
      if (operations.length > 0 || isDamaged) return { operations, damaged };
    }
    this.#lastRead = this.#log.lastIndex;
    return { operations: [], damaged: undefined };
  }

  #enter(segment: Segment | undefined): void {
    this.#segment = segment;
    this.#offset = HEADER_BYTES;
    this.#lastRead = (segment?.firstIndex ?? 1) - 1;
  }

  /** On to the next segment, whose first number tells how many were left out. */
  #leave(segment: Segment): void {
    const { segments } = this.#log;
    this.#enter(segments[segments.indexOf(segment) + 1]);
  }

  /** Numbers of failed appends are left out: what comes after them is next all the same. */
  #isGapBefore({ segment, firstIndex }: AppendedPlace): boolean {
    const before = this.#log.segments[this.#log.segments.indexOf(segment) - 1];
    return segment.firstIndex === firstIndex && this.#lastRead >= (before?.lastIndex ?? 0);
  }
}
