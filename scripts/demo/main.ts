import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ledger, ledgerResidue, workspaceKeys } from '@cio-fleet/contracts';
import { type RunFile, readRunFile, removeRunFile, sqliteUrl, writeRunFile } from '@cio-fleet/lifecycle';
import { createProducer } from '@cio-fleet/producer';
import { startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { DEMO_CREDENTIALS, type DemoApps, startApps } from './apps.ts';
import { banner } from './banner.ts';
import { liveLine, readCounts, summaryLine } from './counts.ts';
import { makeDemoFolder } from './demo-folder.ts';
import { type GatewayAccess, segmentShop, trackClientShop } from './gateway-shops.ts';
import { type DemoOptions, demoOptions } from './options.ts';
import { onFreePorts } from './ports.ts';
import { producerShop } from './producer-shop.ts';
import { startTraffic } from './traffic.ts';

const WORKSPACE = 'default';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DATA_FOLDER = `${ROOT}.data`;
const RUN_FILE = `${DATA_FOLDER}/run.json`;
const REDIS_PORT = 6390;
const SETTLE_MS = 15_000;

let options: DemoOptions;
try {
  options = demoOptions(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());

console.log('starting Redis, the simulator, a worker, the gateway and the dashboard ...');
const folder = makeDemoFolder(DATA_FOLDER, process.pid);
const journalDir = join(folder, 'journal');
const redisServer = await onFreePorts([{ port: REDIS_PORT, protocol: 'tcp' }], ([port = 0]) =>
  startRedis({ dataDir: join(folder, 'redis'), port }),
);
const redis = new Redis(redisServer.url, { maxRetriesPerRequest: 1 });
redis.on('error', () => undefined); // The next read says so.

let apps: DemoApps | undefined;
let runFile: RunFile | undefined;
let summary: string | undefined;
let exitCode = 0;
try {
  apps = await startApps({ redisUrl: redisServer.url, journalDir, env: process.env });
  const ports = {
    dashboard: apps.dashboard.port,
    simulator: apps.simulator.port,
    worker: apps.worker.port,
    gateway: apps.gateway.port,
    gatewayUdp: Number(apps.gateway.ready.udpPort),
    redis: redisServer.port,
  };
  runFile = { redisUrl: redisServer.url, databaseUrl: sqliteUrl(journalDir), ports, pid: process.pid };
  writeRunFile(RUN_FILE, runFile);
  console.log(banner(apps, redisServer.url));
  exitCode = await runTraffic({ ...DEMO_CREDENTIALS, origin: `http://127.0.0.1:${apps.gateway.port}` });
} catch (error) {
  console.error(error);
  exitCode = 1;
} finally {
  removeRunFile(RUN_FILE, process.pid);
  await apps?.gateway.stop();
  await Promise.all([apps?.dashboard.stop(), apps?.worker.stop()]);
  await apps?.simulator.stop();
  redis.disconnect();
  await redisServer.stop();
}
if (summary !== undefined) console.log(summary);
process.exit(exitCode);

async function runTraffic(access: GatewayAccess): Promise<number> {
  const cio = createProducer({ redisUrl: redisServer.url, workspace: WORKSPACE, source: 'demo-shop' });
  const shops = { producer: producerShop(cio), gateway: [trackClientShop(access), segmentShop(access)] };
  const traffic = startTraffic(shops, options.rate);
  const counting = showCounts();
  const ended = options.seconds === undefined ? undefined : setTimeout(() => stopping.abort(), options.seconds * 1000);
  await counting;
  clearTimeout(ended);
  await traffic.stop();
  if (options.seconds === undefined) return 0;

  await waitFor(async () => (await readCounts(redis, WORKSPACE)).waiting === 0, { timeoutMs: SETTLE_MS }).catch(
    () => undefined, // The summary tells what still waits.
  );
  const ledger = await readCounts(redis, WORKSPACE);
  summary = summaryLine(ledger);
  return isBalanced(ledger) ? 0 : 1;
}

function isBalanced(ledger: Ledger): boolean {
  return ledgerResidue(ledger) === 0 && ledger.delivered > 0;
}

/** A line of counts every second until the demo stops; on a terminal it replaces itself. */
async function showCounts(): Promise<void> {
  let before = await readCounts(redis, WORKSPACE);
  while (!stopping.signal.aborted) {
    await pause(1000);
    const [ledger, held, circuit] = await Promise.all([
      readCounts(redis, WORKSPACE),
      redis.hlen(workspaceKeys(WORKSPACE).held),
      readCircuit(),
    ]);
    const line = liveLine(ledger, before, circuit, held, new Date());
    process.stdout.write(process.stdout.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
    before = ledger;
    // A later demo of this checkout has ended, and taken its own away.
    if (runFile && readRunFile(RUN_FILE) === undefined) writeRunFile(RUN_FILE, runFile);
  }
  if (process.stdout.isTTY) process.stdout.write('\n');
}

/** The dashboard knows all workers, also those that somebody starts beside the demo's, or kills. */
async function readCircuit(): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${apps?.dashboard.port}/health/customerio`);
    const { customerio } = (await response.json()) as { customerio: { circuit_state: string } };
    return customerio.circuit_state;
  } catch {
    return 'unknown (no dashboard)';
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopping.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
