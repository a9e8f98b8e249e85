import { parentPort, Worker } from 'node:worker_threads';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Answer = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

// biome-ignore lint/suspicious/noExplicitAny: each method has its own arguments, and callers name their types
type Methods = Readonly<Record<string, (...args: any[]) => unknown>>;

/** In the thread: answers calls one after the other. */
export function serveThread(methods: Methods): void {
  const port = parentPort;
  if (port === null) throw new Error('expected to run in a worker thread');
  port.on('message', ({ id, method, args }: Call) => {
    let answer: Answer;
    try {
      answer = { id, result: methods[method]?.(...args) };
    } catch (error) {
      answer = { id, error: error instanceof Error ? error.message : String(error) };
    }
    port.postMessage(answer);
  });
}

/** A thread that can be asked. */
export interface ThreadCalls {
  /** @throws Error when the method threw, or the thread has ended */
  call<T>(method: string, ...args: readonly unknown[]): Promise<T>;
  /** Ends the thread after the calls under way; the last one is `stop`. */
  end(): Promise<void>;
  /**
   * Ends the thread in the middle of its query; calls under way reject. Only for threads that never compress or decompress: Node aborts
   * the whole process when a thread is ended while it makes a zlib object.
   */
  abandon(): Promise<void>;
}

/** Source runs as TypeScript, what was built as JavaScript. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Starts the thread of a file beside this one. */
export function startThread(name: 'writer-thread' | 'reader-thread', workerData: unknown): ThreadCalls {
  const thread = new Worker(new URL(`./${name}.${EXTENSION}`, import.meta.url), {
    workerData,
    name: `journal ${name}`,
    execArgv: EXTENSION === 'ts' ? ['--conditions=@cio-fleet/source'] : [],
  });
  // A process that has nothing else to do may end.
  thread.unref();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    thread.unref();
  };
  thread.on('error', end);
  thread.on('exit', (code) => end(new Error(`the thread of the journal ended with code ${code}`)));
  thread.on('message', (answer: Answer) => {
    const caller = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) thread.unref();
    if ('error' in answer) caller?.reject(new Error(answer.error));
    else caller?.resolve(answer.result);
  });
  function call<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    if (ended !== undefined) return Promise.reject(ended);
    lastId += 1;
    const id = lastId;
    thread.ref();
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      thread.postMessage({ id, method, args } satisfies Call);
    });
  }

  return {
    call,
    async end() {
      await call('stop').catch(() => undefined); // it ends all the same
      await thread.terminate();
    },
    async abandon() {
      await thread.terminate();
    },
  };
}
