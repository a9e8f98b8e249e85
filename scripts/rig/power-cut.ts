import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileShim } from './native-shim.ts';

/**
 * What a power cut would leave of a folder. `kill -9` can't test durability, because the kernel still writes what a killed process
 * handed to it; this cuts each file back to what its last fsync covered.
 */
export interface PowerCut {
  /** For the processes whose fsyncs count: a preloaded library and where it writes. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Cuts every file below `folder` back to its last fsync, or to nothing; call it when the process is dead.
   *
   * @returns bytes that were lost
   */
  cut(folder: string): number;
  /** What lies below `folder` now counts as synced: it was put there by somebody else. */
  assumeSynced(folder: string): void;
  /** Removes what it recorded. */
  dispose(): void;
}

/** Undefined where there is no C compiler. */
export function createPowerCut(): PowerCut | undefined {
  const library = compileShim('fsync-recorder');
  if (library === undefined) return undefined;
  const home = mkdtempSync(join(tmpdir(), 'cio-fleet-power-cut-'));
  const record = join(home, 'fsyncs');

  return {
    env: { LD_PRELOAD: library, FSYNC_RECORD: record },
    cut(folder) {
      const synced = readRecord(record);
      let lostBytes = 0;
      for (const file of filesBelow(folder)) {
        const { dev, ino, size } = statSync(file);
        const keptBytes = synced.get(`${dev}:${ino}`);
        lostBytes += size - Math.min(size, keptBytes ?? 0);
        if ((keptBytes ?? 0) < size) truncateSync(file, keptBytes ?? 0);
      }
      return lostBytes;
    },
    assumeSynced(folder) {
      const lines = filesBelow(folder).map((file) => {
        const { dev, ino, size } = statSync(file);
        return `${dev}:${ino} ${size}\n`;
      });
      appendFileSync(record, lines.join(''));
    },
    dispose: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** The length of each file at its last fsync. A file that was cut since then (a rewrite) may be shorter: the last word counts. */
function readRecord(path: string): ReadonlyMap<string, number> {
  const synced = new Map<string, number>();
  if (!existsSync(path)) return synced;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [file, bytes] = line.split(' ');
    if (file && bytes) synced.set(file, Number(bytes));
  }
  return synced;
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
