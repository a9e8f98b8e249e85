import { join } from 'node:path';
import { newUlid } from '@cio-fleet/contracts';
import { decodeHeader, encodeHeader, encodeRecords, findRecord, HEADER_BYTES, readRecord } from './record-format.ts';
import type { SpoolDisk, SpoolFile } from './spool-disk.ts';
import { SpoolProblem } from './spool-problem.ts';
import type { SpoolableOperation, SpooledOperation } from './spooled-operation.ts';

/** What segment files end with. */
export const SEGMENT_SUFFIX = '.spool';

/** Where a new segment belongs. */
export interface SegmentPlace {
  readonly disk: SpoolDisk;
  readonly folder: string;
  readonly spoolId: string;
  readonly firstIndex: number;
}

interface SegmentState extends SegmentPlace {
  readonly path: string;
  readonly file: SpoolFile;
  readonly identity: string;
  readonly seed: number;
  readonly bytes: number;
  readonly lastIndex: number;
}

/** How much is read at once. */
const READ_BYTES = 1 << 19;

/** A piece of what a segment holds, in order. */
export interface SegmentPiece {
  readonly operations: readonly SpooledOperation[];
  /** Where the last of them ends, and the next begins. */
  readonly end: number;
  /** Whether no more can be read. */
  readonly isLast: boolean;
  /** Whether more bytes follow that can't be read. */
  readonly isDamaged: boolean;
}

/** The same without the records, which were visited. */
interface WalkedPiece extends Omit<SegmentPiece, 'operations'> {
  readonly count: number;
}

type VisitRecord = (bytes: Buffer, start: number, next: number) => void;

/**
 * One file of the spool. It is appended to by the process that made it and by nobody else: after a start, and after any
 * failed write or sync, a new segment is begun. The file stays open until its last record is settled, so that nothing is
 * lost by a folder that vanishes.
 */
export class Segment {
  readonly spoolId: string;
  readonly firstIndex: number;
  readonly path: string;
  readonly #disk: SpoolDisk;
  readonly #folder: string;
  readonly #file: SpoolFile;
  readonly #identity: string;
  readonly #seed: number;
  #isNamed: boolean;
  /** What is known to be on the disk; what may follow is not ours to read. */
  bytes: number;
  /** Of the last record; less than `firstIndex` while there is none. */
  lastIndex: number;
  /** Whether records in the middle can't be read; such a file is kept aside, not removed. */
  isDamaged = false;

  private constructor(state: SegmentState, isNamed: boolean) {
    this.#disk = state.disk;
    this.#folder = state.folder;
    this.#file = state.file;
    this.#identity = state.identity;
    this.#seed = state.seed;
    this.#isNamed = isNamed;
    this.spoolId = state.spoolId;
    this.firstIndex = state.firstIndex;
    this.path = state.path;
    this.bytes = state.bytes;
    this.lastIndex = state.lastIndex;
  }

  static async create(place: SegmentPlace, name: string = newUlid()): Promise<Segment> {
    const path = join(place.folder, `${name}${SEGMENT_SUFFIX}`);
    const file = await place.disk.create(path);
    try {
      const header = encodeHeader(place.spoolId, place.firstIndex);
      await file.write(header, 0);
      const { seed } = decodeHeader(header) as { seed: number };
      const identity = await file.identity();
      return new Segment(
        { ...place, path, file, identity, seed, bytes: HEADER_BYTES, lastIndex: place.firstIndex - 1 },
        false,
      );
    } catch (error) {
      await file.close();
      await place.disk.remove(path);
      throw error;
    }
  }

  /** A segment of a former run; undefined when it has no whole header, and therefore no record that was ever promised. */
  static async open(disk: SpoolDisk, folder: string, name: string): Promise<Segment | undefined> {
    const path = join(folder, name);
    const file = await disk.open(path);
    const start = Buffer.alloc(HEADER_BYTES);
    const header = decodeHeader(start.subarray(0, await file.read(start, 0)));
    if (header === undefined) {
      await file.close();
      return undefined;
    }
    const { spoolId, firstIndex, seed } = header;
    const bytes = await disk.sizeOf(path);
    const identity = await file.identity();
    return new Segment(
      { disk, folder, spoolId, firstIndex, path, file, identity, seed, bytes, lastIndex: firstIndex - 1 },
      true,
    );
  }

  /**
   * Appends records and waits until they are on the disk. One call at a time. When it fails, nothing is known about the
   * new records, and the segment must not be appended to again.
   *
   * @param signal - aborted when nobody wants the records any more: then they don't count, even if they are on the disk
   */
  async append(operations: readonly SpoolableOperation[], firstIndex: number, signal: AbortSignal): Promise<void> {
    const records = encodeRecords(operations, firstIndex, this.#seed);
    await this.#file.write(records, this.bytes);
    await this.#file.sync();
    if (!this.#isNamed) {
      await this.#disk.syncFolder(this.#folder);
      this.#isNamed = true;
    }
    // Synced, but will the next process find it? Not when the folder was removed, renamed or mounted over.
    if ((await this.#disk.identityOf(this.path)) !== this.#identity) {
      throw new SpoolProblem('SPOOL_UNAVAILABLE', `${this.path} is not there any more`);
    }
    signal.throwIfAborted();
    this.bytes += records.length;
    this.lastIndex = firstIndex + operations.length - 1;
  }

  /** Takes away, where it can, what a failed append left behind, so that the next process doesn't send it after all. */
  async cut(): Promise<void> {
    try {
      await this.#file.truncate(this.bytes);
    } catch {
      // A disk that fails may fail here too. Then the rest may be read after a restart: sent twice, which is allowed for
      // what was never answered `ok`.
    }
  }

  /** Reads the records from `offset` on, about half a megabyte of them. `expected` is the index of the first. */
  async read(offset: number, expected: number): Promise<SegmentPiece> {
    const operations: SpooledOperation[] = [];
    const { end, isLast, isDamaged } = await this.#walk(offset, expected, (bytes, start, next) => {
      operations.push(readRecord(bytes, start, next));
    });
    return { operations, end, isLast, isDamaged };
  }

  /** Walks through a segment of a former run to learn where its whole records end; what follows is a torn tail. */
  async findEnd(): Promise<void> {
    let count = 0;
    let piece: WalkedPiece;
    let end = HEADER_BYTES;
    do {
      piece = await this.#walk(end, this.firstIndex + count, () => undefined);
      count += piece.count;
      end = piece.end;
    } while (!piece.isLast);
    this.bytes = end;
    this.lastIndex = this.firstIndex + count - 1;
  }

  async #walk(offset: number, expected: number, visit: VisitRecord): Promise<WalkedPiece> {
    let wanted = READ_BYTES;
    for (;;) {
      const length = Math.max(0, Math.min(wanted, this.bytes - offset));
      const chunk = Buffer.allocUnsafe(length);
      const bytes = chunk.subarray(0, await this.#file.read(chunk, offset));
      const { count, used, missing } = this.#visit(bytes, expected, visit);
      const isAtEnd = bytes.length < length || offset + length >= this.bytes;
      const isLast = isAtEnd || missing === 0;
      if (isLast || count > 0) return { count, end: offset + used, isLast, isDamaged: isLast && used < length };
      wanted = missing;
    }
  }

  /** `missing`: bytes that the record at the end needs; 0 when there can't be one. */
  #visit(bytes: Buffer, expected: number, visit: VisitRecord): { count: number; used: number; missing: number } {
    let count = 0;
    let used = 0;
    for (;;) {
      const found = findRecord(bytes, used, this.#seed);
      if (found.kind === 'incomplete') return { count, used, missing: found.bytes };
      // Numbers rise by one within a segment; anything else is an old block that the disk gave us again.
      if (found.kind === 'damaged' || found.index !== expected + count) return { count, used, missing: 0 };
      visit(bytes, used, found.next);
      count += 1;
      used = found.next;
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
