import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newUlid } from '@cio-fleet/contracts';
import type { JournalPlace } from '@cio-fleet/journal';
import { createProducer } from '@cio-fleet/producer';
import { spawnGuarded, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { APPS, startObservedFleet } from '../observability/observed-fleet.ts';
import { makeJournalHome } from '../rig/journal-home.ts';
import { ledgerIn } from '../rig/ledger-in.ts';
import { REJECTED_NAME } from '../rig/numbered-operation.ts';
import { filesWith, keysWith, logFilesWith, tablesWith } from '../rig/text-search.ts';

const PATIENCE = { timeoutMs: 60_000, intervalMs: 100 };
const PERSON = 'ada';
const CLI_ENTRY = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const SITE = `Basic ${Buffer.from('demo-site:demo-key').toString('base64')}`;

/** A fleet with a journal, where everything that can be said of a person is said of one, by every way. */
async function setUp(kind: JournalPlace['kind']) {
  const home = await makeJournalHome(kind);
  const spools = mkdtempSync(join(tmpdir(), 'cio-fleet-spools-'));
  const env = { ...home.env, ...(kind === 'postgres' && { JOURNAL_DIR: '' }), JOURNAL_PAYLOAD: 'full' };
  const fleet = await startObservedFleet({
    env: {
      ...env,
      GATEWAY_SPOOL_DIR: join(spools, 'gateway'),
      GATEWAY_SPOOL_MODE: 'always',
      LOG_LEVEL: 'trace',
      CIO_FLEET_RETRIES: '1',
      CIO_FLEET_BREAKER_FAILURES: '2',
    },
  });
  const redis = new Redis(fleet.redis.url);
  const cio = createProducer({
    redisUrl: fleet.redis.url,
    spoolDir: join(spools, 'producer'),
    spoolMode: 'always',
    spoolRetainMs: 500,
  });
  onTestFinished(async () => {
    await cio.close({ timeoutMs: 1_000 });
    redis.disconnect();
    await fleet.stop();
    await home.dispose();
    rmSync(spools, { recursive: true, force: true });
  });
  const cliLines: string[] = [];
  const send = async (path: string, body: unknown, headers: Record<string, string> = { authorization: SITE }) => {
    const answer = await fetch(`http://127.0.0.1:${fleet.apps.gateway.port}${path}`, {
      method: path.includes('/customers/') ? 'PUT' : 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect([path, answer.status, text]).toEqual([path, expect.toSatisfy((status: number) => status < 300), text]);
  };
  return {
    ...{ fleet, redis, cio, home, spools, send, cliLines },
    settled: () =>
      waitFor(async () => (await ledgerIn(redis)).waiting === 0, { ...PATIENCE, description: 'nothing to wait' }),
    packsWritten: () =>
      waitFor(async () => Number((await redis.hget('{cio:default}:journal', 'bytes')) ?? 0) === 0, PATIENCE),
    async cli(...args: readonly string[]): Promise<void> {
      const { PATH, HOME, TMPDIR } = process.env;
      const child = await spawnGuarded({
        command: process.execPath,
        args: ['--conditions=@cio-fleet/source', CLI_ENTRY, ...args],
        env: { PATH, HOME, TMPDIR, REDIS_URL: fleet.redis.url, ...env },
      });
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => cliLines.push(String(chunk)));
      expect([await child.exited, cliLines.join('')]).toEqual([0, expect.anything()]);
    },
  };
}

async function sayEverything({ fleet, redis, cio, send, settled }: Awaited<ReturnType<typeof setUp>>, text: string) {
  const { simulator } = fleet;
  const long = { filler: `${text} `.repeat(300).slice(0, 900), more: `${text} `.repeat(300).slice(0, 900) };
  await cio.identify(PERSON, { plan: text, ...long });
  await cio.page(PERSON, `https://shop.example/wish?of=${text}`, { text });
  await cio.track(PERSON, 'Small', { text }, { sessionId: 'session-1' });
  await cio.track(PERSON, 'Large', Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`f${n}`, long.filler])));
  await cio.trackAnonymous('anonymous-1', 'Looked', { text }, { sessionId: 'session-1' });
  await send(`/api/v1/customers/${PERSON}`, { color: text });
  await send('/api/v2/batch', {
    batch: [{ type: 'person', action: 'event', identifiers: { id: PERSON }, name: 'Batched', attributes: { text } }],
  });
  await send('/notes', { sessionId: 'session-1', component: 'till', key: 'wish', value: text });
  await sendWebhook(send, text);
  await settled();

  // A dead letter, and what falls back.
  simulator.setFaults({ rejectName: REJECTED_NAME });
  await cio.track(PERSON, REJECTED_NAME, { text });
  await waitFor(async () => (await ledgerIn(redis))['dead-lettered'] > 0, PATIENCE);
  simulator.setFaults({ status: 503 });
  await cio.track(PERSON, 'In fallback', { text });
  await waitFor(async () => (await redis.hlen('{cio:default}:held')) > 0, PATIENCE);
}

async function sendWebhook(send: Awaited<ReturnType<typeof setUp>>['send'], text: string): Promise<void> {
  const data = {
    customer_id: PERSON,
    identifiers: { id: PERSON },
    delivery_id: 'RPIL',
    href: `https://shop.example/${text}`,
  };
  const event = { event_id: newUlid(), object_type: 'email', metric: 'clicked', timestamp: 1_613_063_089, data };
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signed = `v0:${timestamp}:${JSON.stringify(event)}`;
  const signature = createHmac('sha256', 'demo-signing-key').update(signed).digest('hex');
  await send('/webhooks/customerio', event, { 'x-cio-timestamp': timestamp, 'x-cio-signature': signature });
}

it.each(['postgres', 'sqlite'] as const)(
  'After a delete and fleet forget nothing that was said of the person is found in Redis, spools, logs or the journal in %s',
  { timeout: 300_000 },
  async (kind) => {
    const text = `whisper-${randomBytes(8).toString('hex')}`;
    const bystander = `murmur-${randomBytes(8).toString('hex')}`;
    const all = await setUp(kind);
    const { fleet, redis, cio, home, spools, settled, packsWritten, cli, cliLines } = all;
    await cio.track('bob', 'Bystander', { bystander });
    await sayEverything(all, text);

    // The search sees what is there.
    expect(await keysWith(redis, text)).not.toEqual([]);
    await waitFor(async () => (await tablesWith(home.place, text)).length > 0, PATIENCE);

    expect(await cio.delete(PERSON)).toMatchObject({ ok: true });
    fleet.simulator.clearFaults();
    await settled();
    await cli('forget', PERSON, '--rows', '--yes', '--json');
    await settled();
    await packsWritten();
    await waitFor(() => filesWith(spools, text).length === 0, PATIENCE).catch(() => undefined);
    await cio.close({ timeoutMs: 10_000 });
    for (const app of APPS) await fleet.apps[app].stop();

    const left = {
      redis: await keysWith(redis, text),
      appendOnlyLog: await logFilesWith(redis, fleet.redis.dataDir, text),
      journal: await tablesWith(home.place, text),
      journalFiles: home.place.kind === 'sqlite' ? filesWith(home.place.folder, text) : [],
      spools: filesWith(spools, text),
      logs: APPS.flatMap((app) => [...fleet.apps[app].stdout, ...fleet.apps[app].stderr]).filter((line) =>
        line.includes(text),
      ),
      cli: cliLines.filter((line) => line.includes(text)),
    };
    expect(left).toEqual({
      redis: [],
      appendOnlyLog: [],
      journal: [],
      journalFiles: [],
      spools: [],
      logs: [],
      cli: [],
    });
    // Nobody else was forgotten.
    expect(await tablesWith(home.place, bystander)).not.toEqual([]);
  },
);
