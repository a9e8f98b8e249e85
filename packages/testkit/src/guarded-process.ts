import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * What runs between us and the real process. It holds the other end of our lifeline (its stdin): when we are gone, also
 * after `kill -9`, the kernel closes the lifeline, `read` returns, and the real process is killed. Nothing inside the
 * parent could promise that, for a killed process runs no handlers.
 */
const GUARD_SCRIPT = `
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
pid=$!
echo "$pid" >&3
exec 3>&-
{ read -r _; kill -KILL "$pid"; } <&4 >/dev/null 2>&1 &
guard=$!
exec 4<&-
wait "$pid"
code=$?
kill "$guard" 2>/dev/null
exit "$code"
`;

const OUTPUT_GRACE_MS = 500;

/** What to run, and with which environment. */
export interface GuardedProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment of the process; nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @defaultValue the working directory of this process */
  readonly cwd?: string;
}

/** A child process that ends with us, however we end. */
export interface GuardedProcess {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the process has ended: its exit code, or 128 + the signal's number. */
  readonly exited: Promise<number>;
  /** Sends a signal to the process itself; false when it is gone already. */
  signal(signal: NodeJS.Signals): boolean;
}

/**
 * Starts a process that can't outlive this one, not even after `kill -9` of this one.
 *
 * It runs in a process group of its own, so that Ctrl-C in a terminal reaches only us, and we decide the order of stopping.
 * @throws Error when the command can't be started
 */
export async function spawnGuarded(options: GuardedProcessOptions): Promise<GuardedProcess> {
  const guard = spawn('/bin/sh', ['-c', GUARD_SCRIPT, 'guard', options.command, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let hasExited = false;
  const exited = waitForExit(guard).finally(() => {
    hasExited = true;
  });
  // A guard that is gone has nobody left to write to; the exit code tells the story.
  guard.stdin.on('error', () => undefined);
  const pid = await readPid(guard);
  return {
    pid,
    stdout: guard.stdout,
    stderr: guard.stderr,
    exited,
    signal: (signal) => !hasExited && signalProcess(pid, signal),
  };
}

/** The exit code, after the output was read: but no longer than a moment, for a grandchild may keep the pipes open. */
async function waitForExit(guard: ChildProcess): Promise<number> {
  const closed = new Promise<void>((resolve) => guard.once('close', () => resolve()));
  const code = await new Promise<number>((resolve) => {
    guard.once('exit', (exitCode) => resolve(exitCode ?? 1));
    guard.once('error', () => resolve(1)); // told to the caller by readPid
  });
  await Promise.race([closed, delay(OUTPUT_GRACE_MS, undefined, { ref: false })]);
  return code;
}

async function readPid(guard: ChildProcess): Promise<number> {
  const pidPipe = guard.stdio[3] as Readable;
  return new Promise((resolve, reject) => {
    guard.once('error', reject);
    pidPipe.once('data', (line: Buffer) => resolve(Number.parseInt(line.toString('utf8'), 10)));
    pidPipe.once('end', () => reject(new Error('expected the pid of the started process, got nothing')));
  });
}

function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
