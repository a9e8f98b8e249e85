import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isProcessAlive } from './process-alive.ts';

/** Where a running demo says how to reach it; relative to the root of the project. */
export const DEFAULT_RUN_FILE = '.data/run.json';

/** What a running demo says about itself. */
export interface RunFile {
  readonly redisUrl: string;
  readonly databaseUrl: string | null;
  /** Ports of the apps, by app. */
  readonly ports: Readonly<Record<string, number>>;
  /** The process whose end ends the rest. */
  readonly pid: number;
}

/** The run file, if there is one and the process that wrote it still lives. */
export function readRunFile(path: string): RunFile | undefined {
  let parsed: Partial<RunFile> | null;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8')) as Partial<RunFile> | null;
  } catch {
    return undefined; // none, or not whole: either way nothing to go by
  }
  const isWhole = typeof parsed?.redisUrl === 'string' && Number.isInteger(parsed.pid) && Number(parsed.pid) > 0;
  return isWhole && isProcessAlive(parsed?.pid as number) ? (parsed as RunFile) : undefined;
}

/** The first of these run files whose demo lives; the first one of all when none does. */
export function liveRunFile(paths: readonly [string, ...string[]]): string {
  return paths.find((path) => readRunFile(path) !== undefined) ?? paths[0];
}

/** Writes the run file in one step, so that no reader sees half of it. */
export function writeRunFile(path: string, content: RunFile): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${content.pid}`;
  // It holds the address of a Redis without a password, so it is for this user alone.
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** Removes the run file of a process, and leaves another's alone. */
export function removeRunFile(path: string, pid: number): void {
  if (readRunFile(path)?.pid === pid) rmSync(path, { force: true });
}
