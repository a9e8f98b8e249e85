import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runFleetProcess, startRedis } from '@cio-fleet/testkit';
import { BATCH_OPERATIONS, type GatewayAnswers, type GatewayLoad } from './gateway-load.ts';
import { startRole } from './role-process.ts';
import { median, percentile } from './statistics.ts';

/**
 * What the gateway accepts durable (`appendfsync always`), beside a bare express handler with the same parsing that makes nothing
 * durable. Sender, gateway, handler and Redis are processes of their own; all are measured in turn, round by round. The bars: single
 * calls at least 40 % of the bare handler's, p99 below 20 ms at 1,000 requests/s.
 *
 * `node --conditions=@cio-fleet/source scripts/bench/gateway.ts [--rounds N] [--requests N] [--fsync everysec] [--enforce]`
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '20000' },
    fsync: { type: 'string', default: 'always' },
    enforce: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const requests = Number(values.requests);
const CONNECTIONS = 64;
const STEADY = { perSecond: 1000, seconds: 8 } as const;
const LEAST_SHARE = 0.4;
const MOST_P99_MS = 20;
const path = (file: string) => fileURLToPath(new URL(`../../apps/gateway/${file}`, import.meta.url));

const redis = await startRedis({ appendFsync: values.fsync === 'everysec' ? 'everysec' : 'always' });
const gateway = await runFleetProcess({
  entry: path('src/main.ts'),
  env: {
    REDIS_URL: redis.url,
    GATEWAY_PORT: '0',
    GATEWAY_RATE_PER_KEY: '0',
    GATEWAY_RATE_PER_ADDRESS: '0',
    GATEWAY_ACCEPT_TIMEOUT_MS: '60000',
    // Nothing delivers here, so the lanes fill up, which must not slow this source down.
    CIO_FLEET_LANE_MAX_BYTES: '4000000000',
    CUSTOMERIO_SITE_ID: 'demo-site',
    CUSTOMERIO_TRACK_API_KEY: 'demo-key',
    LOG_LEVEL: 'error',
  },
});
const bare = await runFleetProcess({ entry: path('test/fixtures/bare-handler.ts') });
const sender = await startRole({ entry: new URL('./roles/gateway-sender.ts', import.meta.url) });

async function send(
  to: { readonly port: number },
  load: Omit<GatewayLoad, 'origin' | 'connections'>,
): Promise<GatewayAnswers> {
  const origin = `http://127.0.0.1:${to.port}`;
  const answers = await sender.call<GatewayAnswers>('send', { ...load, origin, connections: CONNECTIONS });
  if (answers.refused > 0) throw new Error(`expected 200 for each request, ${answers.refused} got another answer`);
  return answers;
}

async function perSecond(to: { readonly port: number }, shape: GatewayLoad['shape'], count: number): Promise<number> {
  const { seconds } = await send(to, { shape, requests: count });
  return count / seconds;
}

try {
  const loadBefore = loadavg()[0] ?? 0;
  for (const target of [bare, gateway]) await send(target, { shape: 'single', requests: Math.ceil(requests / 4) });
  const runs: { bare: number; single: number; batch: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const run = {
      bare: await perSecond(bare, 'single', requests),
      single: await perSecond(gateway, 'single', requests),
      batch: (await perSecond(gateway, 'batch', Math.ceil(requests / 20))) * BATCH_OPERATIONS,
    };
    runs.push(run);
    console.error(
      `round ${round + 1}: bare ${whole(run.bare)} requests/s, single ${whole(run.single)}, batches ${whole(run.batch)} operations/s`,
    );
  }
  const steady = { shape: 'single', requests: STEADY.perSecond * STEADY.seconds, perSecond: STEADY.perSecond } as const;
  const gatewayMs = (await send(gateway, steady)).latenciesMs;
  const bareMs = (await send(bare, steady)).latenciesMs;

  const share = median(runs.map(({ bare: limit, single }) => single / limit));
  const p99Ms = percentile(gatewayMs, 0.99);
  const figure = (of: 'bare' | 'single' | 'batch') => whole(median(runs.map((run) => run[of])));
  console.log(
    `load average before: ${loadBefore.toFixed(1)}, fsync ${values.fsync}, ${rounds} rounds, ${CONNECTIONS} connections`,
  );
  console.log(`bare express handler, single calls: ${figure('bare')} requests/s`);
  console.log(
    `gateway, single calls of Track v1: ${figure('single')} operations/s, ${(share * 100).toFixed(0)} % (bar: >= 40 %)`,
  );
  console.log(`gateway, /v1/batch of ${BATCH_OPERATIONS}: ${figure('batch')} operations/s`);
  console.log(
    `at ${STEADY.perSecond} requests/s: p50 ${percentile(gatewayMs, 0.5).toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms (bar: < 20 ms)`,
  );
  console.log(
    `  the bare handler: p50 ${percentile(bareMs, 0.5).toFixed(1)} ms, p99 ${percentile(bareMs, 0.99).toFixed(1)} ms`,
  );
  if (values.enforce && (share < LEAST_SHARE || p99Ms >= MOST_P99_MS)) process.exitCode = 1;
} finally {
  await sender.stop();
  await gateway.stop();
  await bare.stop();
  await redis.stop();
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
