import { type ChildProcess, fork } from 'node:child_process';
import { ArchiveError, type ArchiveErrorCode } from './archive-error.ts';
import type { ArchiveAnswer, ArchiveCall } from './archive-process.ts';
import type { ArchiveSetup, ArchiveWork } from './archive-work.ts';

/** The archive's process, seen from this one. */
export interface ArchiveCalls {
  /** @throws ArchiveError what went wrong there, or ARCHIVE_UNAVAILABLE when the process ended */
  call<Method extends keyof ArchiveWork>(
    method: Method,
    ...args: Parameters<ArchiveWork[Method]>
  ): Promise<Awaited<ReturnType<ArchiveWork[Method]>>>;
  /** Ends it at once; calls under way reject. */
  stop(): void;
}

/** Source runs as TypeScript, what was built as JavaScript. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
/** Chunks of rows are garbage as soon as they are with DuckDB; without a bound they pile up. */
const HEAP_MB = 256;
/** How long a process that nobody asks waits for the next call, in ms. */
const IDLE_MS = 15_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * DuckDB works in a process of its own: native code that crashes, or memory that it takes, is not the caller's. The process starts
 * with the first call and ends when there are no more.
 *
 * @param timeoutMs - how long a call may take; then the process is ended, whatever it hangs on
 */
export function createArchiveCalls(setup: ArchiveSetup, timeoutMs: number): ArchiveCalls {
  const waiting = new Map<number, Waiting>();
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;

  function end(ended: ChildProcess, problem: string): void {
    if (child !== ended) return;
    child = undefined;
    clearTimeout(idle);
    for (const { reject } of waiting.values()) reject(new ArchiveError('ARCHIVE_UNAVAILABLE', problem));
    waiting.clear();
  }

  function start(): ChildProcess {
    const started = fork(new URL(`./archive-process.${EXTENSION}`, import.meta.url), {
      execArgv: [`--max-old-space-size=${HEAP_MB}`, ...(EXTENSION === 'ts' ? ['--conditions=@cio-fleet/source'] : [])],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      serialization: 'advanced',
    });
    started.on('message', (answer: ArchiveAnswer) => {
      const caller = waiting.get(answer.id);
      waiting.delete(answer.id);
      rest(started);
      if ('error' in answer) {
        caller?.reject(new ArchiveError(answer.error.code as ArchiveErrorCode, answer.error.message));
      } else caller?.resolve(answer.result);
    });
    started.on('error', (error) => end(started, `the process of the archive did not start: ${error.message}`));
    started.on('exit', (code, signal) => end(started, `the process of the archive ended with ${signal ?? code}`));
    return started;
  }

  /** A process that has nothing else to do may end, and its child with it. */
  function rest(resting: ChildProcess): void {
    if (waiting.size > 0) return;
    resting.unref();
    resting.channel?.unref();
    clearTimeout(idle);
    idle = setTimeout(() => resting.disconnect(), IDLE_MS);
    idle.unref();
  }

  return {
    call(method, ...args) {
      clearTimeout(idle);
      child ??= start();
      const asked = child;
      asked.ref();
      asked.channel?.ref();
      lastId += 1;
      const id = lastId;
      const { promise, resolve, reject } = Promise.withResolvers<never>();
      waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      const timer = setTimeout(() => {
        end(asked, `expected an answer within ${timeoutMs / 1_000} s`);
        asked.kill('SIGKILL');
      }, timeoutMs);
      asked.send({ id, setup, method, args } satisfies ArchiveCall, (error) => {
        if (error !== null) end(asked, `the process of the archive can't be asked: ${error.message}`);
      });
      return promise.finally(() => clearTimeout(timer));
    },
    stop() {
      const stopping = child;
      if (stopping === undefined) return;
      end(stopping, 'the archive was stopped');
      stopping.kill('SIGKILL');
    },
  };
}
