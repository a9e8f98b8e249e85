import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { type GuardedProcess, spawnGuarded } from './guarded-process.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { waitFor } from './wait-for.ts';

/** How the embedded PostgreSQL runs. */
export interface PostgresOptions {
  /** TCP port on 127.0.0.1. @defaultValue a free one */
  readonly port?: number;
  /** Where the cluster lives: made when it is empty, kept on stop. @defaultValue a temporary folder, removed on stop */
  readonly dataDir?: string;
  /** Settings of postgresql.conf, by name. @defaultValue none */
  readonly config?: Readonly<Record<string, string>>;
  /** URL of a running one, of which this becomes a streaming standby. @defaultValue none: a cluster of its own */
  readonly standbyOf?: string;
  /** How long it may take to be ready after a start, recovery included. @defaultValue 60_000 */
  readonly startTimeoutMs?: number;
}

/** A running PostgreSQL of its own. It ends with this process, also after a `kill -9` of this process. */
export interface EmbeddedPostgres {
  /** Connects as the superuser `fleet`, without a password, to the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** The process id of the postmaster now; it changes with a restart. */
  readonly pid: number;
  readonly dataDir: string;
  /** Ends it cleanly and removes its temporary folder. Calling it again does nothing. */
  stop(): Promise<void>;
  /** `kill -9` of the postmaster; its children end by themselves. The data stay; `restart` brings it back. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, killing it first when it still runs. */
  restart(): Promise<void>;
}

const run = promisify(execFile);
const NOBODY = 65_534;
const STOP_TIMEOUT_MS = 20_000;
const RESTART_ATTEMPTS_MS = 30_000;
const READY = /database system is ready to accept (read-only )?connections/;

const defaults = { config: {}, startTimeoutMs: 60_000 } satisfies PostgresOptions;

/**
 * Makes a PostgreSQL cluster and runs it, bound to 127.0.0.1. As root it runs as nobody, since PostgreSQL refuses root.
 *
 * @throws Error when no binaries are found, or when it isn't ready within `startTimeoutMs` (with the tail of its log)
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<EmbeddedPostgres> {
  const settings = { ...defaults, ...options };
  const binaries = findPostgresBinaries();
  const dataDir = settings.dataDir ?? mkdtempSync(join(reachableTemporaryFolder(), 'cio-fleet-postgres-'));
  mkdirSync(dataDir, { recursive: true });
  if (isRoot()) chownSync(dataDir, NOBODY, NOBODY);
  const port = settings.port ?? (await freePort());
  const launch = () => launchServer({ ...settings, binaries, dataDir, port });
  const tidyUp = () => {
    if (settings.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 });
  };

  let server: GuardedProcess;
  try {
    await makeCluster(binaries, dataDir, settings.standbyOf);
    server = await launch();
  } catch (error) {
    tidyUp();
    throw error;
  }
  const kill = async () => {
    server.signal('SIGKILL');
    await server.exited;
  };
  return {
    url: `postgres://fleet@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return server.pid;
    },
    dataDir,
    kill,
    async restart() {
      await kill();
      // Children of a killed postmaster hold its shared memory until they notice.
      server = await waitFor(launch, { timeoutMs: RESTART_ATTEMPTS_MS, description: 'PostgreSQL to start again' });
    },
    async stop() {
      // SIGINT is the fast shutdown: it doesn't wait for clients.
      server.signal('SIGINT');
      const overdue = setTimeout(() => server.signal('SIGKILL'), STOP_TIMEOUT_MS);
      await server.exited;
      clearTimeout(overdue);
      tidyUp();
    },
  };
}

interface LaunchRequest {
  readonly binaries: string;
  readonly dataDir: string;
  readonly port: number;
  readonly config: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
}

async function makeCluster(binaries: string, dataDir: string, standbyOf?: string): Promise<void> {
  if (statSync(join(dataDir, 'PG_VERSION'), { throwIfNoEntry: false })) return;
  const program =
    standbyOf === undefined
      ? ['initdb', '-D', dataDir, '-U', 'fleet', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C']
      : ['pg_basebackup', '-D', dataDir, '-d', standbyOf, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'];
  const [name, ...options] = program;
  const [command, ...args] = asNobody([join(binaries, name as string), ...options]);
  await run(command as string, args, { env: environment(), cwd: dataDir });
}

async function launchServer({
  binaries,
  dataDir,
  port,
  config,
  startTimeoutMs,
}: LaunchRequest): Promise<GuardedProcess> {
  const directives = Object.entries({
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    timezone: 'GMT',
    log_timezone: 'GMT',
    ...config,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [command, ...args] = asNobody([join(binaries, 'postgres'), '-D', dataDir, ...directives]);
  const server = await spawnGuarded({ command: command as string, args, env: environment(), cwd: dataDir });
  let log = '';
  let isReady = false;
  const read = (chunk: Buffer) => {
    log = (log + chunk.toString('utf8')).slice(-4_000);
    isReady ||= READY.test(log);
  };
  server.stdout.on('data', read);
  server.stderr.on('data', read);
  let exitCode: number | undefined;
  void server.exited.then((code) => {
    exitCode = code;
  });
  await waitFor(() => isReady || exitCode !== undefined, {
    timeoutMs: startTimeoutMs,
    description: 'PostgreSQL to be ready',
  }).catch((error: unknown) => {
    server.signal('SIGKILL');
    throw new Error(`${(error as Error).message}; its log ends: ${log}`, { cause: error });
  });
  if (!isReady) throw new Error(`PostgreSQL ended with code ${exitCode} instead of starting: ${log}`);
  return server;
}

function asNobody(command: readonly string[]): readonly string[] {
  if (!isRoot()) return command;
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function environment(): Record<string, string | undefined> {
  return { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
}

/** As nobody, PostgreSQL must get through every folder above its own. */
function reachableTemporaryFolder(): string {
  const OTHERS_MAY_PASS = 0o001;
  for (let folder = tmpdir(); ; folder = dirname(folder)) {
    if (isRoot() && (statSync(folder).mode & OTHERS_MAY_PASS) === 0) return '/tmp';
    if (dirname(folder) === folder) return tmpdir();
  }
}
