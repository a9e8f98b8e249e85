import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedRedis,
  findRedisBinary,
  freePort,
  type GuardedProcess,
  spawnGuarded,
  startRedis,
  waitFor,
} from '@cio-fleet/testkit';
import { Redis } from 'ioredis';

/** Master, replica and three Sentinels that agree on a fail-over within a second or two. */
export interface SentinelGroup {
  readonly url: string;
  readonly servers: readonly EmbeddedRedis[];
  /** The port of the master, as the Sentinels say. */
  masterPort(): Promise<number>;
  stop(): Promise<void>;
}

const NAME = 'mymaster';

export async function startSentinelGroup(): Promise<SentinelGroup> {
  const [master, replica] = await Promise.all([startRedis({ appendFsync: 'no' }), startRedis({ appendFsync: 'no' })]);
  const follower = new Redis(replica.url);
  await follower.replicaof('127.0.0.1', master.port);
  await waitFor(async () => (await follower.info('replication')).includes('master_link_status:up'));
  follower.disconnect();
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-sentinel-'));
  const ports = [await freePort(), await freePort(), await freePort()];
  const sentinels: GuardedProcess[] = [];
  for (const port of ports) {
    const file = join(folder, `${port}.conf`);
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 2`,
      `sentinel down-after-milliseconds ${NAME} 500`,
      `sentinel failover-timeout ${NAME} 3000`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const { PATH, HOME } = process.env;
    sentinels.push(await spawnGuarded({ command: findRedisBinary(), args: [file, '--sentinel'], env: { PATH, HOME } }));
  }
  const asked = new Redis(ports[0] ?? 0, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  asked.on('error', () => undefined); // It starts up.
  const masterPort = async () =>
    Number(((await asked.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as string[])[1]);
  await waitFor(async () => {
    const text = String(await asked.call('SENTINEL', 'MASTER', NAME));
    return text.includes('num-slaves,1') && text.includes('num-other-sentinels,2') && text.includes('flags,master,');
  });
  return {
    url: `redis+sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/${NAME}/0`,
    servers: [master, replica],
    masterPort,
    async stop() {
      asked.disconnect();
      for (const sentinel of sentinels) sentinel.signal('SIGKILL');
      await Promise.all(sentinels.map(({ exited }) => exited));
      // One of them may be frozen, and would not hear a gentler word.
      await Promise.all([master.kill(), replica.kill()]);
      await Promise.all([master.stop(), replica.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
