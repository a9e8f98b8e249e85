import { deepStrictEqual, strictEqual } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFleetProcess, startRedis } from '@cio-fleet/testkit';
import { projectRoot } from './run-command.ts';

/**
 * Runs what production runs: each app as it was built, without the source condition, and the `fleet` command. Each has to get ready,
 * to answer, and to end with 0 when it is told to.
 */
const MIGRATIONS = 'postgres/migrations';
const folder = mkdtempSync(join(tmpdir(), 'built-apps-'));
const redis = await startRedis();
const fleet = {
  REDIS_URL: redis.url,
  JOURNAL_DIR: folder,
  CUSTOMERIO_SITE_ID: 'demo-site',
  CUSTOMERIO_TRACK_API_KEY: 'demo-key',
};
const PORTS = {
  simulator: { SIMULATOR_PORT: '0' },
  worker: { WORKER_PORT: '0' },
  gateway: { GATEWAY_PORT: '0', GATEWAY_UDP_PORT: '0' },
  dashboard: { DASHBOARD_PORT: '0' },
} as const;

try {
  for (const [app, ports] of Object.entries(PORTS)) {
    const entry = `${projectRoot}apps/${app}/dist/main.js`;
    const running = await runFleetProcess({ entry, env: { ...fleet, ...ports }, cwd: folder });
    const { status } = await fetch(`http://127.0.0.1:${running.port}/livez`);
    strictEqual(status, 200, `expected ${app} to answer /livez with 200`);
    strictEqual(await running.stop(), 0, `expected ${app} to end with 0:\n${running.stderr.join('\n')}`);
    console.log(`${app} runs as built`);
  }
  const env = { PATH: process.env.PATH, REDIS_URL: redis.url };
  // Not by bin/fleet, which runs the source in a checkout.
  const command = ['--enable-source-maps', `${projectRoot}apps/cli/dist/main.js`, 'rate', '--json'];
  const status = execFileSync(process.execPath, command, { cwd: folder, env });
  strictEqual(JSON.parse(status.toString()).workspace, 'default');
  const migrations = (build: string) => readdirSync(`${projectRoot}packages/journal/${build}/${MIGRATIONS}`).toSorted();
  deepStrictEqual(migrations('dist'), migrations('src'), 'expected the migrations of the journal in its build');
  console.log('fleet runs as built');
} finally {
  await redis.stop();
  rmSync(folder, { recursive: true });
}
