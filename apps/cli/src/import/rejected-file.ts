import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import type { InputLine } from './line-reader.ts';
import type { LineRefusal } from './read-import-line.ts';

/** The bad lines of an import, with number and reason. */
export interface RejectedFile {
  /** Bytes that were written so far, by earlier runs too. */
  readonly bytes: number;
  /** Writes a line at once: it must stand before the progress file passes it by. */
  add(line: InputLine, refusal: LineRefusal): void;
  close(): void;
}

/**
 * Opens the file for bad lines at `startBytes`: what stands behind was written by a run that crashed before it had noted
 * it, and will be written again. From the start, it comes into being with the first bad line, and an old one goes.
 */
export function openRejectedFile(path: string, startBytes: number): RejectedFile {
  let bytes = startBytes;
  let handle: number | undefined;
  if (startBytes === 0) rmSync(path, { force: true });
  const open = () => {
    const opened = openSync(path, startBytes === 0 ? 'w' : 'r+', 0o600);
    ftruncateSync(opened, startBytes);
    return opened;
  };
  return {
    get bytes() {
      return bytes;
    },
    add({ number, text }, { code, message, path: field, expected, received }) {
      handle ??= open();
      const record = { line: number, code, message, path: field, expected, received, text };
      const buffer = Buffer.from(`${JSON.stringify(record)}\n`);
      writeSync(handle, buffer, 0, buffer.length, bytes);
      bytes += buffer.length;
    },
    close() {
      if (handle !== undefined) closeSync(handle);
    },
  };
}
