import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedRedis, startRedis, waitFor } from '@cio-fleet/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACL_RULES } from '../src/acl-rules.ts';
import { checkRedis } from '../src/check-redis.ts';
import { createRedis } from '../src/create-redis.ts';
import { startDrill } from './support/drill.ts';
import { settingsOf } from './support/settings.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A password that only percent-encoding carries through a URL. */
const PASSWORD = 'p@ss:/?#%';

let server: EmbeddedRedis;
let admin: Redis;
const urlOf = (user: string, password = PASSWORD) =>
  `redis://${user}:${encodeURIComponent(password)}@127.0.0.1:${server.port}`;

beforeAll(async () => {
  server = await startRedis({ appendFsync: 'no' });
  admin = new Redis(server.url);
  for (const name of ['producer', 'worker', 'operator'] as const) {
    await admin.call('ACL', 'SETUSER', name, ...ACL_RULES[name].split(' '), `>${PASSWORD}`);
  }
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

/** What users were denied, as `user: command or key`. */
async function denials(): Promise<string[]> {
  const entries = (await admin.call('ACL', 'LOG')) as unknown[][];
  return entries.map((entry) => {
    const field = (name: string) => String(entry[entry.indexOf(name) + 1]);
    return `${field('username')}: ${field('object')}`;
  });
}

it('lets producer and worker do all their work with the least rights', { timeout: 60_000 }, async () => {
  const drill = await startDrill({ env: { REDIS_URL: urlOf('worker') }, producer: { redisUrl: urlOf('producer') } });
  const fault = (body: object) =>
    fetch(`${drill.receiverUrl}/_sim/faults`, { method: 'POST', body: JSON.stringify(body) });
  const load = drill.load();
  await waitFor(() => drill.arrived() > 100);
  const more = async (count: number) => {
    const before = drill.arrived();
    await waitFor(() => drill.arrived() > before + count, { timeoutMs: 20_000 });
  };
  // Retries, an open breaker, fallback and the way back from it.
  await fault({ status: 503, rate: 1, forMs: 2000 });
  await more(100);
  await fault({ status: 429, rate: 1, retryAfterSeconds: 1, forMs: 300 });
  await more(100);
  // Dead letters, and one that is put back.
  await fault({ rejectName: 'Numbered', forMs: 300 });
  const deadLetters = '{cio:default}:default.dead-letter';
  await waitFor(() => admin.zcard(`${deadLetters}:failed`));
  const operator = new Redis(urlOf('operator'));
  const queue = new Queue('default.dead-letter', { connection: operator, prefix: '{cio:default}' });
  const [dead] = await queue.getFailed(0, 0);
  await dead?.retry('failed');
  await waitFor(() => admin.zcard(`${deadLetters}:completed`), { timeoutMs: 15_000 });
  await queue.close();
  operator.disconnect();
  // A worker that dies, and its head that the next one finds.
  drill.worker.kill('SIGKILL');
  const next = await drill.startWorker();
  await drill.cio.suppress('gone');
  await more(100);
  await load.end();
  expect(drill.verdict().accepted).toBeGreaterThan(300);
  // How Redis syncs is asked at each start; workers need not know.
  expect((await denials()).filter((denial) => denial !== 'worker: config|get')).toEqual([]);
  await next.stop();
  await drill.stop();
});

describe('the least rights', () => {
  it.each([
    ['producer', 'FLUSHALL'],
    ['producer', 'LPOP {cio:default}:default.lane.0:wait'],
    ['producer', 'GET somebody-elses'],
    ['worker', 'CONFIG GET requirepass'],
    ['worker', 'KEYS *'],
    ['worker', 'GET somebody-elses'],
    ['operator', 'FLUSHALL'],
    ['operator', 'SHUTDOWN'],
  ])('of the %s do not reach %s', async (user, command) => {
    const redis = new Redis(urlOf(user));
    const [name = '', ...args] = command.split(' ');
    await expect(redis.call(name, ...args)).rejects.toThrow('NOPERM');
    redis.disconnect();
  });

  it.each(['worker', 'operator'])('of the %s are enough to check how Redis is set up', async (user) => {
    const redis = createRedis({ settings: settingsOf(urlOf(user)), purpose: 'page', connectionName: 'test' });
    await redis.connect();
    const { findings, refusals } = await checkRedis(redis, { environment: 'production' });
    const persistence = findings.find(({ check }) => check === 'persistence');
    // Without CONFIG nobody knows how it syncs; here it never does, which is refused.
    expect(persistence?.level).toBe(user === 'worker' ? 'warn' : 'fail');
    expect(refusals).toHaveLength(user === 'worker' ? 0 : 1);
    redis.disconnect();
  });

  it('cover every command of the scripts', () => {
    const files = globSync('packages/{contracts,lanes,delivery,journal}/src/**/*.ts', { cwd: ROOT });
    const calls = files.flatMap((file) => [
      ...readFileSync(join(ROOT, file), 'utf8').matchAll(/redis\.p?call\(\s*'([A-Z]+)'/g),
    ]);
    const commands = [...new Set(calls.map(([, name = '']) => `+${name.toLowerCase()}`))];
    expect(commands.length).toBeGreaterThan(20);
    const granted = ACL_RULES.worker.split(' ');
    expect(commands.filter((command) => !granted.includes(command))).toEqual([]);
  });

  it('stand in docs/redis.md as they are tested', () => {
    const page = readFileSync(join(ROOT, 'docs/redis.md'), 'utf8').replace(/\s+/g, ' ');
    for (const rule of Object.values(ACL_RULES)) expect(page).toContain(rule);
  });
});
