import { newUlid } from '@cio-fleet/contracts';
import { CURSOR_SUFFIX } from './cursor-file.ts';
import { HEADER_BYTES } from './record-format.ts';
import { SEGMENT_SUFFIX, Segment } from './segment.ts';
import type { SpoolDisk } from './spool-disk.ts';
import { SpoolLock } from './spool-lock.ts';
import { SpoolLog } from './spool-log.ts';

/** Where a spool lies and how large its files get. */
export interface SpoolFolderOptions {
  readonly disk: SpoolDisk;
  readonly folder: string;
  readonly segmentBytes: number;
}

/** The folder of one producer: its lock, the spools that former runs left, and the spool of this run. */
export class SpoolFolder {
  readonly #options: SpoolFolderOptions;
  readonly #lock: SpoolLock;

  constructor(options: SpoolFolderOptions) {
    this.#options = options;
    this.#lock = new SpoolLock(options.disk, options.folder);
  }

  /**
   * Takes the folder, and finds the spools in it, oldest first; the last one is new, for this run.
   *
   * @throws SpoolProblem, or what the file system throws
   */
  async open(): Promise<readonly SpoolLog[]> {
    await this.hold();
    try {
      const former = await this.#formerLogs();
      return [...former, new SpoolLog({ ...this.#options, id: idAfter(former.at(-1)?.id) })];
    } catch (error) {
      await this.release();
      throw error;
    }
  }

  /** Makes sure that the folder is there and ours, also after it had vanished. @throws SpoolProblem */
  async hold(): Promise<void> {
    await this.#options.disk.makeFolder(this.#options.folder);
    await this.#lock.hold();
  }

  release(): Promise<void> {
    return this.#lock.release();
  }

  async #formerLogs(): Promise<readonly SpoolLog[]> {
    const { disk, folder } = this.#options;
    const names = [...(await disk.list(folder))].sort();
    const segments = new Map<string, Segment[]>();
    for (const name of names) {
      if (name.endsWith('.tmp')) await disk.remove(`${folder}/${name}`);
      if (!name.endsWith(SEGMENT_SUFFIX)) continue;
      const segment = await Segment.open(disk, folder, name);
      if (segment === undefined) await this.#setAside(name);
      else segments.set(segment.spoolId, [...(segments.get(segment.spoolId) ?? []), segment]);
    }
    const orphans = names.filter(
      (name) => name.endsWith(CURSOR_SUFFIX) && !segments.has(name.slice(0, -CURSOR_SUFFIX.length)),
    );
    for (const name of orphans) await disk.remove(`${folder}/${name}`);
    const logs: SpoolLog[] = [];
    for (const id of [...segments.keys()].sort()) logs.push(await this.#formerLog(id, segments.get(id) ?? []));
    return logs.filter(({ segments: left }) => left.length > 0);
  }

  /** Without a whole header a file holds nothing that was ever promised; if it holds much, someone may want to look. */
  async #setAside(name: string): Promise<void> {
    const { disk, folder } = this.#options;
    const path = `${folder}/${name}`;
    if ((await disk.sizeOf(path)) <= HEADER_BYTES) await disk.remove(path);
    else await disk.rename(path, `${path}.damaged`);
  }

  async #formerLog(id: string, segments: Segment[]): Promise<SpoolLog> {
    segments.sort((a, b) => a.firstIndex - b.firstIndex);
    // Only the last one can have a torn tail that is nobody's fault; the ends of the others are found as they are read.
    for (const [place, segment] of segments.entries()) {
      const next = segments[place + 1];
      if (next === undefined) await segment.findEnd();
      else segment.lastIndex = next.firstIndex - 1;
    }
    const log = new SpoolLog({ ...this.#options, id }, segments);
    await log.load();
    await log.clear();
    return log;
  }
}

/** A fresh ULID that sorts behind `before` even if the clock went back in between. */
function idAfter(before: string | undefined): string {
  const id = newUlid();
  if (before === undefined || id > before) return id;
  return before.slice(0, 10) + incremented(before.slice(10));
}

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function incremented(digits: string): string {
  const last = digits.length - 1;
  const digit = DIGITS.indexOf(digits[last] ?? '') + 1;
  return digit < DIGITS.length ? digits.slice(0, last) + DIGITS[digit] : `${incremented(digits.slice(0, last))}0`;
}
