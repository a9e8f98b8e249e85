import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which shim: a small C library that stands between a process and libc (`LD_PRELOAD`). */
export type ShimName = 'fsync-recorder' | 'clock-offset';

/** Why tests that need a shim are skipped where there is none. */
export const NO_SHIM = 'needs Linux and a C compiler (cc), for a small LD_PRELOAD library';

const compiled = new Map<ShimName, string | undefined>();
let folder: string | undefined;

/** The path of a shim, compiled once per process; undefined where there is no C compiler, or no LD_PRELOAD. */
export function compileShim(name: ShimName): string | undefined {
  if (!compiled.has(name)) compiled.set(name, compile(name));
  return compiled.get(name);
}

function compile(name: ShimName): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const library = join(shimFolder(), `${name}.so`);
  const source = fileURLToPath(new URL(`native/${name}.c`, import.meta.url));
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'], { stdio: 'ignore' });
  return status === 0 ? library : undefined;
}

function shimFolder(): string {
  if (folder !== undefined) return folder;
  const created = mkdtempSync(join(tmpdir(), 'cio-fleet-shims-'));
  folder = created;
  process.once('exit', () => rmSync(created, { recursive: true, force: true }));
  return created;
}
