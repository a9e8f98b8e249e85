import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type GuardedProcess, spawnGuarded, waitFor } from '@cio-fleet/testkit';
import type { ArrivalChecker } from './arrival-checker.ts';
import type { NumberedProducerOptions } from './numbered-producer.ts';
import { type Pace, parseProducerLine } from './producer-report.ts';

const ENTRY = fileURLToPath(new URL('numbered-producer.ts', import.meta.url));

/** A numbered producer as a process of its own, so that it can be killed. */
export interface ProducerProcess {
  readonly pid: number;
  /** Calls that were refused, by code. */
  readonly refused: ReadonlyMap<string, number>;
  /** Operations that were still buffered when their call was answered; they count as accepted once all is flushed. */
  readonly retained: () => number;
  /** How its calls have gone, as it said last: half a second ago at most, while it lives. */
  readonly pace: () => Pace;
  /** Whether it has made all the calls that it was told to make. */
  readonly hasSent: () => boolean;
  /** Whether after that nothing was left in its memory or its spool. */
  readonly hasFlushed: () => boolean;
  /** Whether it said that it ended in peace: a throw in between would have ended it otherwise. */
  readonly hasEnded: () => boolean;
  kill(signal: NodeJS.Signals): boolean;
  /** No more calls; waits until what is buffered is in Redis. False when it could not be. */
  stop(): Promise<boolean>;
  readonly exited: Promise<number>;
}

export interface ProducerProcessOptions extends NumberedProducerOptions {
  readonly checker: ArrivalChecker;
  /** `numbered-producer.ts`. @defaultValue this repository's */
  readonly entry?: string;
  /** Environment beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets what the process writes to stderr. @defaultValue nobody */
  readonly onStderr?: (line: string) => void;
}

export async function startProducerProcess(options: ProducerProcessOptions): Promise<ProducerProcess> {
  const { checker, entry = ENTRY, env = {}, onStderr = () => undefined, ...told } = options;
  const { PATH, HOME, TMPDIR } = process.env;
  const child: GuardedProcess = await spawnGuarded({
    command: process.execPath,
    args: ['--conditions=@cio-fleet/source', entry, JSON.stringify(told)],
    env: { PATH, HOME, TMPDIR, ...env },
  });
  const refused = new Map<string, number>();
  const retained: (readonly [string, number])[] = [];
  let isReady = false;
  let isFlushed = false;
  let pace: Pace = { slowestCallMs: 0, lateCalls: 0, longestGapMs: 0 };
  let hasSent = false;
  let hasFlushed = false;
  let hasEnded = false;
  let hasExited = false;
  void child.exited.then(() => {
    hasExited = true;
  });

  const lines = createInterface({ input: child.stdout });
  const read = new Promise<void>((resolve) => lines.once('close', resolve));
  lines.on('line', (text) => {
    const line = parseProducerLine(text);
    switch (line.kind) {
      case 'ready':
        isReady = true;
        break;
      case 'accepted':
        checker.accepted(line.person, line.n);
        break;
      case 'erasing':
        checker.erasing(line.person, line.n);
        break;
      case 'retained':
        retained.push([line.person, line.n]);
        checker.retained(line.person, line.n);
        break;
      case 'refused':
        refused.set(line.code, (refused.get(line.code) ?? 0) + 1);
        break;
      case 'pace':
        pace = line;
        break;
      case 'sent':
        hasSent = true;
        break;
      case 'flushed':
        hasFlushed = true;
        break;
      case 'ended':
        hasEnded = true;
        isFlushed = line.isFlushed;
        // What stayed buffered was promised to be sent, and now it is in Redis.
        if (isFlushed) for (const [person, n] of retained) checker.accepted(person, n);
        break;
    }
  });
  let story = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    story = `${story}${line}\n`.slice(-2000);
    onStderr(line);
  });
  await waitFor(() => isReady || hasExited, { timeoutMs: 20_000, description: 'a producer to be ready' });
  if (!isReady) throw new Error(`expected a producer to start, it ended; it wrote:\n${story}`);

  return {
    pid: child.pid,
    refused,
    retained: () => retained.length,
    pace: () => pace,
    hasSent: () => hasSent,
    hasFlushed: () => hasFlushed,
    hasEnded: () => hasEnded,
    kill: (signal) => child.signal(signal),
    async stop() {
      child.signal('SIGTERM');
      await child.exited;
      await read;
      return isFlushed;
    },
    exited: child.exited,
  };
}
