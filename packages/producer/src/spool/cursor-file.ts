import { join } from 'node:path';
import type { SpoolDisk } from './spool-disk.ts';

/** What cursor files end with. */
export const CURSOR_SUFFIX = '.cursor';

/** Saved at most this often while a spool is replayed; a crash has that much read, and skipped, once more. */
const SAVE_EVERY_MS = 1_000;

/**
 * How far a spool is settled, in a file of its own. It spares the next process reading; it decides nothing, because Redis
 * knows what it has. So a lost or old cursor does no harm, and neither does a failure to write one.
 */
export class CursorFile {
  readonly #disk: SpoolDisk;
  readonly #folder: string;
  readonly #path: string;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  /** One after the other, or a save that began before a removal would end after it. */
  #last: Promise<void> = Promise.resolve();

  constructor(disk: SpoolDisk, folder: string, spoolId: string) {
    this.#disk = disk;
    this.#folder = folder;
    this.#path = join(folder, `${spoolId}${CURSOR_SUFFIX}`);
  }

  async load(): Promise<number> {
    try {
      const { settled } = JSON.parse(await this.#disk.readText(this.#path)) as { readonly settled?: unknown };
      return Number.isSafeInteger(settled) ? Number(settled) : 0;
    } catch {
      return 0; // None yet, or unreadable: everything is read again, and skipped where Redis has it.
    }
  }

  async saveSometimes(settled: number): Promise<void> {
    if (performance.now() - this.#savedAtMs >= SAVE_EVERY_MS) await this.save(settled);
  }

  save(settled: number): Promise<void> {
    this.#savedAtMs = performance.now();
    this.#last = this.#last.then(() => this.#write(settled));
    return this.#last;
  }

  async remove(): Promise<void> {
    await this.#last;
    await this.#disk.remove(this.#path);
  }

  async #write(settled: number): Promise<void> {
    const draft = `${this.#path}.tmp`;
    try {
      await this.#disk.remove(draft);
      const file = await this.#disk.create(draft);
      try {
        await file.write(Buffer.from(JSON.stringify({ v: 1, settled })), 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#disk.rename(draft, this.#path);
      await this.#disk.syncFolder(this.#folder);
    } catch {
      // A full or failing disk: the old cursor stays, see above. Appending reports such trouble.
    }
  }
}
