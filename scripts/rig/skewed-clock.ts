import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileShim } from './native-shim.ts';

/** The wall clock of processes, to be set wrong while they run. */
export interface SkewedClock {
  /** For the processes that are to live by this clock. */
  readonly env: Readonly<Record<string, string>>;
  /** How far it is off from now on, in seconds; 0 is right. */
  setOffsetSeconds(seconds: number): void;
  dispose(): void;
}

/** Undefined where there is no C compiler. */
export function createSkewedClock(): SkewedClock | undefined {
  const library = compileShim('clock-offset');
  if (library === undefined) return undefined;
  const home = mkdtempSync(join(tmpdir(), 'cio-fleet-clock-'));
  const path = join(home, 'offset');
  // The file is mapped by the processes, so it is written in place and never replaced.
  const file = openSync(path, 'w');
  const setOffsetSeconds = (seconds: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.trunc(seconds)));
    writeSync(file, bytes, 0, bytes.length, 0);
  };
  setOffsetSeconds(0);
  return {
    env: { LD_PRELOAD: library, CLOCK_OFFSET_FILE: path },
    setOffsetSeconds,
    dispose() {
      closeSync(file);
      rmSync(home, { recursive: true, force: true });
    },
  };
}
