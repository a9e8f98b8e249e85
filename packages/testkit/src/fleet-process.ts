import { createInterface } from 'node:readline';
import { spawnGuarded } from './guarded-process.ts';
import { waitFor } from './wait-for.ts';

/** Which app to run. */
export interface FleetProcessOptions {
  /** Path of the app's `main.ts`; of its `main.js` when it was built. */
  readonly entry: string;
  /** Environment of the app, besides PATH, HOME and TMPDIR; nothing else is inherited. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly args?: readonly string[];
  /** @defaultValue the working directory of this process */
  readonly cwd?: string;
  /** How long the app may take to log its ready line. @defaultValue 20_000 */
  readonly readyTimeoutMs?: number;
}

/** An app of the fleet, running as a process of its own. It ends with this process, however this one ends. */
export interface FleetProcess {
  /** The app's own process id (not a shell's). */
  readonly pid: number;
  /** The port of its ready line. */
  readonly port: number;
  /** The ready line, parsed. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Every line of stdout so far; grows while the app runs. */
  readonly stdout: readonly string[];
  /** Every line of stderr so far. */
  readonly stderr: readonly string[];
  /** Sends a signal; false when the app is gone. @defaultValue SIGTERM */
  kill(signal?: NodeJS.Signals): boolean;
  /** Settles with the exit code, or 128 + the signal's number. */
  readonly stopped: Promise<number>;
  /** SIGTERM, then the exit code. */
  stop(): Promise<number>;
}

const defaults = { env: {}, args: [], readyTimeoutMs: 20_000 } satisfies Omit<FleetProcessOptions, 'entry'>;

/**
 * Runs an app with this Node, from source where its entry is TypeScript, and waits for its ready line: the first line of JSON on stdout
 * that has a numeric `pid` and `port`.
 *
 * @throws Error when the app ends or stays silent instead (with the tail of what it wrote)
 */
export async function runFleetProcess(options: FleetProcessOptions): Promise<FleetProcess> {
  const settings = { ...defaults, ...options };
  const { PATH, HOME, TMPDIR } = process.env;
  const child = await spawnGuarded({
    command: process.execPath,
    args: [
      ...(settings.entry.endsWith('.ts') ? ['--conditions=@cio-fleet/source'] : []),
      settings.entry,
      ...settings.args,
    ],
    env: { PATH, HOME, TMPDIR, ...settings.env },
    ...(settings.cwd === undefined ? {} : { cwd: settings.cwd }),
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  let ready: ReadyLine | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout.push(line);
    ready ??= parseReadyLine(line);
  });
  createInterface({ input: child.stderr }).on('line', (line) => stderr.push(line));

  let exitCode: number | undefined;
  void child.exited.then((code) => {
    exitCode = code;
  });
  const story = () => [...stdout.slice(-10), ...stderr.slice(-20)].join('\n');
  await waitFor(() => ready !== undefined || exitCode !== undefined, {
    timeoutMs: settings.readyTimeoutMs,
    description: `${settings.entry} to be ready`,
  }).catch((error: unknown) => {
    child.signal('SIGKILL');
    throw new Error(`${(error as Error).message}; it wrote:\n${story()}`, { cause: error });
  });
  if (!ready)
    throw new Error(`${settings.entry} ended with code ${exitCode} before it was ready; it wrote:\n${story()}`);

  return {
    pid: child.pid,
    port: ready.port,
    ready,
    stdout,
    stderr,
    kill: (signal = 'SIGTERM') => child.signal(signal),
    stopped: child.exited,
    stop() {
      child.signal('SIGTERM');
      return child.exited;
    },
  };
}

interface ReadyLine extends Readonly<Record<string, unknown>> {
  readonly port: number;
}

function parseReadyLine(line: string): ReadyLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    return typeof parsed.pid === 'number' && typeof parsed.port === 'number' ? (parsed as ReadyLine) : undefined;
  } catch {
    return undefined; // a line that only looks like JSON is not the ready line
  }
}
