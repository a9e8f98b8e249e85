import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createProducer, type Producer } from '@cio-fleet/producer';
import { freePort, startRedis } from '@cio-fleet/testkit';

/**
 * The producer's spool in figures: operations made durable on disk while Redis is away, by the number of callers that wait;
 * the replay of all of them to a Redis that came back; and how long a call takes in the mode `always`.
 *
 * `node --conditions=@cio-fleet/source scripts/bench/spool.ts [--operations N]`
 */
const { values } = parseArgs({ options: { operations: { type: 'string', default: '200000' } } });
const OPERATIONS = Number(values.operations);
const CALLERS = [1, 64, 1_024, 8_192] as const;
const PADDING = 'x'.repeat(380);

function row(name: string, operations: number, startedAtMs: number): void {
  const perSecond = Math.round((operations / (performance.now() - startedAtMs)) * 1_000);
  process.stdout.write(`${name.padEnd(60)} ${perSecond.toLocaleString('en').padStart(9)} operations/s\n`);
}

/** Calls `operations` times with `callers` of them waiting at any time. @throws Error when one isn't answered `ok` */
async function call(producer: Producer, callers: number, operations: number): Promise<void> {
  let next = 0;
  const caller = async () => {
    while (next < operations) {
      const n = next++;
      const result = await producer.track(`person-${n % 10_000}`, 'Bench Event', { n, padding: PADDING });
      if (!result.ok) throw new Error(`expected ok, got ${result.error.code}: ${result.error.message}`);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-bench-spool-'));
const port = await freePort();
const redisUrl = `redis://127.0.0.1:${port}`;
const options = { redisUrl, spoolDir: folder, enqueueTimeoutMs: 5_000 };
try {
  const away = createProducer(options);
  await call(away, 64, 1_000);
  let spooled = 1_000;
  for (const callers of CALLERS) {
    const operations = callers === 1 ? Math.min(OPERATIONS, 5_000) : OPERATIONS;
    const startedAtMs = performance.now();
    await call(away, callers, operations);
    row(`durable on disk, Redis away, ${callers} callers waiting`, operations, startedAtMs);
    spooled += operations;
  }
  await away.close();
  const redis = await startRedis({ port });
  const startedAtMs = performance.now();
  const next = createProducer(options);
  await call(next, 1, 1);
  const result = await next.flush({ timeoutMs: 120_000 });
  if (!result.ok) throw new Error(`expected all of the spool in Redis, ${result.spooled} operations are not`);
  row('replay by the next process, read, packed and taken by Redis', spooled, startedAtMs);
  await next.close();
  const always = createProducer({ ...options, spoolMode: 'always' });
  for (const callers of [1, 1_024]) {
    const operations = callers === 1 ? Math.min(OPERATIONS, 2_000) : OPERATIONS / 2;
    const beganAtMs = performance.now();
    await call(always, callers, operations);
    row(`mode always: disk first, then Redis, ${callers} callers waiting`, operations, beganAtMs);
  }
  await always.flush({ timeoutMs: 60_000 });
  await always.close();
  await redis.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
