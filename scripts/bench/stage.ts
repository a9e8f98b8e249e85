import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readLedger, workspaceKeys } from '@cio-fleet/contracts';
import { type EmbeddedRedis, runFleetProcess, startRedis } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { type BenchPlan, LANES } from './plan.ts';
import { type RoleProcess, startRole } from './role-process.ts';
import type { SenderConfig } from './serve-sender.ts';
import { type Meter, roleMeter, workerMeter } from './usage.ts';

/** All processes of the benchmark, up and connected. */
export interface Stage {
  readonly redis: EmbeddedRedis;
  readonly client: Redis;
  readonly receiver: RoleProcess;
  readonly senders: Readonly<Record<'usual' | 'packed' | 'single' | 'direct', RoleProcess>>;
  readonly workers: Readonly<Record<'usual' | 'fleet', Meter>>;
  /** Whether nothing waits or is in work any more, in ours. */
  isFleetIdle(): Promise<boolean>;
  isUsualIdle(): Promise<boolean>;
  stop(): Promise<void>;
}

type RoleName = 'receiver' | 'usual-sender' | 'usual-worker' | 'packed-sender' | 'single-sender' | 'direct-sender';
const WORKSPACE = 'default';
const USUAL_QUEUE = 'events';

/** So high that it limits nothing: the budget of requests is not what is measured. */
const REQUESTS_PER_SECOND = '100000';

/** Where worker and producers come from. */
export interface StageSource {
  readonly workerEntry: string;
  /** The folder of the roles. */
  readonly rolesFolder: string;
}

const THIS_CHECKOUT: StageSource = {
  workerEntry: fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url)),
  rolesFolder: fileURLToPath(new URL('./roles', import.meta.url)),
};

/** Starts everything. What was started is stopped again when something fails. */
export async function startStage(plan: BenchPlan, source: StageSource = THIS_CHECKOUT): Promise<Stage> {
  const started: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of started.splice(0).reverse()) await end();
  };
  try {
    return { ...(await startAll(plan, source, started)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  plan: BenchPlan,
  { workerEntry, rolesFolder }: StageSource,
  started: (() => Promise<unknown>)[],
): Promise<Omit<Stage, 'stop'>> {
  const profileDir = plan.profileDir === undefined ? undefined : resolve(plan.profileDir);
  const redis = await startRedis({ appendFsync: plan.appendFsync });
  started.push(() => redis.stop());
  const client = new Redis(redis.url);
  started.push(async () => client.disconnect());

  const start = async (name: RoleName, args: readonly string[] = []): Promise<RoleProcess> => {
    const entry = pathToFileURL(join(rolesFolder, `${name}.ts`));
    const role = await startRole({ entry, args, ...(profileDir !== undefined && { profileDir }) });
    started.push(() => role.stop());
    return role;
  };
  const receiver = await start('receiver', [String(plan.receiverLatencyMs)]);
  const receiverUrl = await receiver.call<string>('start');

  const fleetWorker = await runFleetProcess({
    entry: workerEntry,
    env: {
      REDIS_URL: redis.url,
      CUSTOMERIO_SITE_ID: 'demo-site',
      CUSTOMERIO_TRACK_API_KEY: 'demo-key',
      CUSTOMERIO_TRACK_URL: receiverUrl,
      CUSTOMERIO_MAX_REQUESTS_PER_SECOND: REQUESTS_PER_SECOND,
      CIO_FLEET_LANES: String(LANES),
      WORKER_PORT: '0',
      ...plan.workerEnv,
      ...(profileDir !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` }),
    },
  });
  started.push(() => fleetWorker.stop());

  const connect = async (name: RoleName, target: string): Promise<RoleProcess> => {
    const role = await start(name);
    await role.call('connect', { redisUrl: redis.url, receiverUrl, target } satisfies SenderConfig);
    return role;
  };
  const usualWorker = await connect('usual-worker', USUAL_QUEUE);
  const senders = {
    usual: await connect('usual-sender', USUAL_QUEUE),
    packed: await connect('packed-sender', WORKSPACE),
    single: await connect('single-sender', WORKSPACE),
    direct: await connect('direct-sender', WORKSPACE),
  };
  return {
    redis,
    client,
    receiver,
    senders,
    workers: { usual: roleMeter(usualWorker), fleet: workerMeter(fleetWorker.port) },
    async isFleetIdle() {
      const keys = workspaceKeys(WORKSPACE);
      const [ledger, waiting] = await Promise.all([client.hgetall(keys.ledger), client.hgetall(keys.waiting)]);
      return readLedger(ledger, waiting).waiting === 0;
    },
    async isUsualIdle() {
      const [waiting, active] = await Promise.all(
        ['wait', 'active'].map((list) => client.llen(`bull:${USUAL_QUEUE}:${list}`)),
      );
      return waiting === 0 && active === 0;
    },
  };
}
