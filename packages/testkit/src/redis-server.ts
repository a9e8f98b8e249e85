import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type GuardedProcess, spawnGuarded } from './guarded-process.ts';
import { findRedisBinary } from './redis-binary.ts';
import { probeRedisPid } from './redis-probe.ts';
import { waitFor } from './wait-for.ts';

/** How the embedded Redis runs. */
export interface RedisOptions {
  /** TCP port on 127.0.0.1. @defaultValue a free one */
  readonly port?: number;
  /** Where the data lives. A given folder is kept on stop. @defaultValue a temporary folder, removed on stop */
  readonly dataDir?: string;
  /**
   * When Redis syncs its log to disk. `always` is what "accepted means durable" asks for; `everysec` is faster and may
   * lose a second when the machine (not only the process) goes down.
   * @defaultValue 'always'
   * @see https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
   */
  readonly appendFsync?: 'always' | 'everysec' | 'no';
  /** Memory bound in bytes; 0 is none. Beyond it Redis refuses writes (`noeviction`). @defaultValue 0 */
  readonly maxMemoryBytes?: number;
  /** More directives of redis.conf, by name. @defaultValue none */
  readonly config?: Readonly<Record<string, string>>;
  /** Environment of the server beside PATH, HOME and TZ. @defaultValue none */
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take to answer after a start. @defaultValue 15_000 */
  readonly startTimeoutMs?: number;
}

/** A running embedded Redis. It ends with this process, also after a `kill -9` of this process. */
export interface EmbeddedRedis {
  readonly url: string;
  readonly port: number;
  /** The process id now; it changes with a restart. */
  readonly pid: number;
  readonly dataDir: string;
  /** Ends it cleanly and removes its temporary folder. Calling it again does nothing. */
  stop(): Promise<void>;
  /** `kill -9`, and waits until it is gone. The data stay; `restart` brings it back. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, killing it first when it still runs. */
  restart(): Promise<void>;
}

const STOP_TIMEOUT_MS = 5_000;
const PORT_ATTEMPTS = 5;

const defaults = {
  appendFsync: 'always',
  maxMemoryBytes: 0,
  config: {},
  env: {},
  startTimeoutMs: 15_000,
} satisfies RedisOptions;

/**
 * Starts a real Redis server as a child: append-only file, no eviction, no snapshots, bound to 127.0.0.1.
 *
 * @throws Error when no binary is found, or when it doesn't answer within `startTimeoutMs` (with the tail of its log)
 */
export async function startRedis(options: RedisOptions = {}): Promise<EmbeddedRedis> {
  const settings: RedisSettings = { ...defaults, ...options };
  const dataDir = settings.dataDir ?? mkdtempSync(join(tmpdir(), 'cio-fleet-redis-'));
  mkdirSync(dataDir, { recursive: true });
  const launch = (port: number) => launchServer({ settings, dataDir, port });

  let server = await launchOnSomePort(launch, settings.port);
  const { port } = server;

  const kill = async () => {
    server.process.signal('SIGKILL');
    await server.process.exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.process.pid;
    },
    dataDir,
    kill,
    async restart() {
      await kill();
      server = await launch(port);
    },
    async stop() {
      server.process.signal('SIGTERM');
      const overdue = setTimeout(() => server.process.signal('SIGKILL'), STOP_TIMEOUT_MS);
      await server.process.exited;
      clearTimeout(overdue);
      if (settings.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

type RedisSettings = RedisOptions & Required<Pick<RedisOptions, keyof typeof defaults>>;

interface Launched {
  readonly process: GuardedProcess;
  readonly port: number;
}

interface LaunchRequest {
  readonly settings: RedisSettings;
  readonly dataDir: string;
  readonly port: number;
}

/** A free port can be taken by someone else before Redis binds it, so a chosen one is tried again, a given one isn't. */
async function launchOnSomePort(launch: (port: number) => Promise<Launched>, givenPort?: number): Promise<Launched> {
  if (givenPort) return launch(givenPort);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(await freePort());
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !/Address already in use/.test((error as Error).message)) throw error;
    }
  }
}

async function launchServer({ settings, dataDir, port }: LaunchRequest): Promise<Launched> {
  const server = await spawnGuarded({
    command: findRedisBinary(),
    args: redisArguments(settings, dataDir, port),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: process.env.TZ, ...settings.env },
  });
  let log = '';
  const keepTail = (chunk: Buffer) => {
    log = (log + chunk.toString('utf8')).slice(-2_000);
  };
  server.stdout.on('data', keepTail);
  server.stderr.on('data', keepTail);

  let exitCode: number | undefined;
  void server.exited.then((code) => {
    exitCode = code;
  });
  // The pid proves that the answer is from this server and not from another that holds the port.
  await waitFor(async () => exitCode !== undefined || (await probeRedisPid(port)) === server.pid, {
    timeoutMs: settings.startTimeoutMs,
    description: 'Redis to answer',
  }).catch((error: unknown) => {
    server.signal('SIGKILL');
    throw new Error(`${(error as Error).message}; its log ends: ${log}`, { cause: error });
  });
  if (exitCode !== undefined) throw new Error(`Redis ended with code ${exitCode} instead of starting: ${log}`);
  return { process: server, port };
}

function redisArguments(settings: RedisSettings, dataDir: string, port: number): readonly string[] {
  const directives: Readonly<Record<string, string>> = {
    bind: '127.0.0.1',
    port: String(port),
    dir: dataDir,
    appendonly: 'yes',
    appendfsync: settings.appendFsync,
    'maxmemory-policy': 'noeviction',
    maxmemory: String(settings.maxMemoryBytes),
    save: '',
    daemonize: 'no',
    ...settings.config,
  };
  return Object.entries(directives).flatMap(([name, value]) => [`--${name}`, value]);
}
