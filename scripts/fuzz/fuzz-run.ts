import { fileURLToPath } from 'node:url';
import { type Ledger, readLedger, workspaceKeys } from '@cio-fleet/contracts';
import { createSimulator } from '@cio-fleet/simulator';
import { type FleetProcess, runFleetProcess, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { seededRandom } from '../rig/seeded-random.ts';
import { hostileRequests } from './hostile-requests.ts';
import { sendRaw } from './send-raw.ts';

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  /** Connections at a time. */
  readonly connections: number;
  readonly onProgress?: (message: string) => void;
}

/** What a run found. */
export interface FuzzReport {
  readonly requests: number;
  readonly seed: number;
  readonly seconds: number;
  /** Answers by status; `none`: the connection ended without one. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests by kind and first status, for whoever looks into it. */
  readonly byKind: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Resident memory of the gateway in bytes, from the first sample to the last. */
  readonly residentBytes: readonly number[];
  readonly ledger: Ledger;
  /** What must not be; empty when all is well. */
  readonly problems: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CREDENTIALS = { siteId: 'demo-site', apiKey: 'demo-key' } as const;
const VARIABLES = { CUSTOMERIO_SITE_ID: CREDENTIALS.siteId, CUSTOMERIO_TRACK_API_KEY: CREDENTIALS.apiKey } as const;
const PATIENCE_MS = 120_000;
/** The gateway may need this much whatever comes: V8 lets a heap grow before it collects. */
const MAX_RESIDENT_BYTES = 640 * 1024 * 1024;

/** Sends hostile requests to a gateway of its own, and judges what it made of them. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { requests, seed, connections, onProgress = () => {} } = options;
  const server = await startRedis({ appendFsync: 'no' });
  const redis = new Redis(server.url);
  const simulator = createSimulator();
  const { url } = await simulator.start();
  const run = (app: string, env: Readonly<Record<string, string>>) =>
    runFleetProcess({
      entry: `${ROOT}apps/${app}/src/main.ts`,
      readyTimeoutMs: 60_000,
      env: { ...VARIABLES, REDIS_URL: server.url, LOG_LEVEL: 'error', ...env },
    });
  const worker = await run('worker', {
    WORKER_PORT: '0',
    CUSTOMERIO_TRACK_URL: url,
    CUSTOMERIO_MAX_REQUESTS_PER_SECOND: '10000',
  });
  const gateway = await run('gateway', {
    GATEWAY_PORT: '0',
    GATEWAY_RATE_PER_KEY: '0',
    GATEWAY_RATE_PER_ADDRESS: '0',
    // A busy machine is no fault of the gateway's.
    GATEWAY_ACCEPT_TIMEOUT_MS: '60000',
    CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'whsec_fuzz',
  });
  const startedAt = performance.now();
  const statuses: Record<string, number> = {};
  const byKind: Record<string, Readonly<Record<string, number>>> = {};
  const residentBytes = [await residentBytesOf(gateway)];
  const make = hostileRequests(seededRandom(seed), { ...CREDENTIALS, host: `127.0.0.1:${gateway.port}` });
  let sent = 0;
  try {
    const connection = async () => {
      while (sent < requests) {
        sent += 1;
        if (sent % Math.ceil(requests / 20) === 0) {
          residentBytes.push(await residentBytesOf(gateway));
          onProgress(`${sent} of ${requests}, ${mib(residentBytes.at(-1) ?? 0)} MiB`);
        }
        const request = make();
        const answers = await sendRaw(gateway.port, request);
        const names = answers.length === 0 ? ['none'] : answers.map(String);
        for (const name of names) statuses[name] = (statuses[name] ?? 0) + 1;
        const first = names[0] ?? 'none';
        const before = byKind[request.kind];
        byKind[request.kind] = { ...before, [first]: (before?.[first] ?? 0) + 1 };
      }
    };
    await Promise.all(Array.from({ length: connections }, connection));
    residentBytes.push(await residentBytesOf(gateway));
    const ledger = await settled(redis);
    const seconds = (performance.now() - startedAt) / 1000;
    const facts = { requests, seed, seconds, statuses, byKind, residentBytes, ledger };
    const isAlive = (await fetch(`http://127.0.0.1:${gateway.port}/livez`)).status === 200;
    const exitCode = await gateway.stop();
    // What it says of this Redis, which keeps nothing for the sake of speed, is no concern here.
    const logged = gateway.stdout.filter((line) => /"level":"(error|fatal)"/.test(line) && !line.includes('"finding"'));
    return { ...facts, problems: problemsOf(facts, { isAlive, exitCode, logged }) };
  } finally {
    gateway.kill('SIGKILL');
    await worker.stop();
    redis.disconnect();
    await simulator.stop();
    await server.stop();
  }
}

interface Aftermath {
  readonly isAlive: boolean;
  readonly exitCode: number;
  /** Lines of the log at level error and above. */
  readonly logged: readonly string[];
}

function problemsOf(facts: Omit<FuzzReport, 'problems'>, { isAlive, exitCode, logged }: Aftermath): readonly string[] {
  const { statuses, residentBytes, ledger } = facts;
  const serverErrors = Object.keys(statuses).filter((status) => status.startsWith('5'));
  const peak = Math.max(...residentBytes);
  return [
    ...(isAlive ? [] : ['the gateway does not answer any more']),
    ...(exitCode === 0 ? [] : [`the gateway stopped with exit code ${exitCode}`]),
    ...serverErrors.map((status) => `${statuses[status]} answers of ${status}`),
    ...(logged.length === 0 ? [] : [`${logged.length} errors in the log, the first: ${logged[0]}`]),
    ...(peak <= MAX_RESIDENT_BYTES ? [] : [`the gateway grew to ${mib(peak)} MiB`]),
    ...(ledger.waiting === 0 ? [] : [`${ledger.waiting} operations still wait`]),
    // What the gateway accepts Customer.io must take.
    ...(ledger['dead-lettered'] === 0 ? [] : [`Customer.io refused ${ledger['dead-lettered']} accepted operations`]),
    ...(ledger.delivered > 0 ? [] : ['nothing was accepted: the requests are all wrong']),
  ];
}

async function settled(redis: Redis): Promise<Ledger> {
  const keys = workspaceKeys('default');
  const read = async () => readLedger(await redis.hgetall(keys.ledger), await redis.hgetall(keys.waiting));
  await waitFor(async () => (await read()).waiting === 0, { timeoutMs: PATIENCE_MS, intervalMs: 200 }).catch(
    () => undefined, // The report tells what still waits.
  );
  return read();
}

async function residentBytesOf(gateway: FleetProcess): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${gateway.port}/metrics`)).text();
  return Number(/^cio_fleet_process_resident_memory_bytes(?:\{[^}]*\})? (\S+)$/m.exec(text)?.[1]);
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
