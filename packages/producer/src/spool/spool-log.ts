import { basename, dirname, join } from 'node:path';
import { CursorFile } from './cursor-file.ts';
import { recordBytesBound } from './record-format.ts';
import { Segment } from './segment.ts';
import type { SpoolDisk } from './spool-disk.ts';
import type { SpoolableOperation } from './spooled-operation.ts';

/** What a log needs besides its segments. */
export interface SpoolLogOptions {
  readonly disk: SpoolDisk;
  readonly folder: string;
  /** ULID, the name of the spool. */
  readonly id: string;
  /** A segment is closed once it holds this much. */
  readonly segmentBytes: number;
}

/** Where appended records lie. */
export interface AppendedPlace {
  readonly segment: Segment;
  readonly offset: number;
  readonly firstIndex: number;
  /** Index of the last record before them; smaller by more than one where an append failed in between. */
  readonly after: number;
}

const NEVER = new AbortController();

/** One spool: the records of one run of a producer, numbered through all its segments. */
export class SpoolLog {
  readonly id: string;
  readonly #options: SpoolLogOptions;
  readonly #cursor: CursorFile;
  #segments: Segment[];
  /** The one that is appended to. */
  #active: Segment | undefined;
  #nextIndex: number;
  #lastIndex: number;
  #settled = 0;

  /** @param segments - of a former run, in order */
  constructor(options: SpoolLogOptions, segments: readonly Segment[] = []) {
    this.#options = options;
    this.id = options.id;
    this.#segments = [...segments];
    this.#lastIndex = Math.max(0, ...segments.map(({ lastIndex }) => lastIndex));
    this.#nextIndex = this.#lastIndex + 1;
    this.#cursor = new CursorFile(options.disk, options.folder, options.id);
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Index of the last record on the disk; 0 when there was none. */
  get lastIndex(): number {
    return this.#lastIndex;
  }

  /** Every record up to this index is done with. */
  get settled(): number {
    return this.#settled;
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** For a log of a former run: what it had settled. */
  async load(): Promise<void> {
    this.#settled = await this.#cursor.load();
  }

  /**
   * Appends, and waits until everything is on the disk. One call at a time. When it fails the records count as not
   * appended, their numbers are never used again, and neither is the file.
   *
   * @param signal - aborted when nobody waits any more; the call still ends only when the disk answers
   */
  async append(operations: readonly SpoolableOperation[], signal: AbortSignal = NEVER.signal): Promise<AppendedPlace> {
    const firstIndex = this.#nextIndex;
    this.#nextIndex += operations.length;
    const bytes = operations.reduce((sum, operation) => sum + recordBytesBound(operation), 0);
    if (this.#active !== undefined && this.#active.bytes + bytes > this.#options.segmentBytes) this.seal();
    if (this.#active === undefined) {
      const { disk, folder, id } = this.#options;
      this.#active = await Segment.create({ disk, folder, spoolId: id, firstIndex });
      this.#segments.push(this.#active);
    }
    const segment = this.#active;
    const offset = segment.bytes;
    const after = this.#lastIndex;
    try {
      await segment.append(operations, firstIndex, signal);
    } catch (error) {
      this.seal();
      await segment.cut();
      if (segment.lastIndex < segment.firstIndex) await this.#discard(segment);
      throw error;
    }
    this.#lastIndex = segment.lastIndex;
    return { segment, offset, firstIndex, after };
  }

  /** The next append begins a new segment. */
  seal(): void {
    this.#active = undefined;
  }

  /** Everything up to `index` is done with: says so on the disk now and then, and removes what holds nothing else. */
  async settle(index: number): Promise<void> {
    if (index <= this.#settled) return;
    this.#settled = index;
    await this.#dropSettled();
    await this.#cursor.saveSometimes(index);
  }

  /** Removes everything, if everything is settled. Not while an append is under way. */
  async clear(): Promise<void> {
    if (this.#settled < this.#lastIndex) return;
    this.seal();
    await this.#dropSettled();
    if (this.#segments.length === 0) await this.#cursor.remove();
  }

  /** Leaves the files to the next process. */
  async close(): Promise<void> {
    this.seal();
    if (this.#segments.length > 0) await this.#cursor.save(this.#settled);
    for (const segment of this.#segments) await segment.close();
    this.#segments = [];
  }

  async #dropSettled(): Promise<void> {
    for (;;) {
      const [segment, next] = this.#segments;
      if (segment === undefined || segment === this.#active) return;
      const lastIndex = next === undefined ? this.#lastIndex : next.firstIndex - 1;
      if (Math.min(lastIndex, this.#lastIndex) > this.#settled) return;
      await this.#discard(segment);
    }
  }

  async #discard(segment: Segment): Promise<void> {
    const { disk } = this.#options;
    this.#segments = this.#segments.filter((other) => other !== segment);
    await segment.close();
    const { path } = segment;
    if (segment.isDamaged) await disk.rename(path, join(dirname(path), `${basename(path)}.damaged`));
    else await disk.remove(path);
  }
}
