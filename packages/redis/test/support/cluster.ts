import { type EmbeddedRedis, freePort, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';

/** A cluster of three masters on this machine. */
export interface ClusterGroup {
  readonly url: string;
  readonly nodes: readonly EmbeddedRedis[];
  /** The node that has a workspace. */
  nodeOf(workspace: string): Promise<EmbeddedRedis>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;

const BUS_PORT_ATTEMPTS = 5;

/** A node with a port of its own for the bus; somebody may take that between our look and Redis's bind, so it is tried again. */
async function startNode(attempt = 1): Promise<{ readonly node: EmbeddedRedis; readonly busPort: number }> {
  const busPort = await freePort();
  const config = { 'cluster-enabled': 'yes', 'cluster-port': String(busPort), 'cluster-node-timeout': '1000' };
  try {
    return { node: await startRedis({ appendFsync: 'no', config }), busPort };
  } catch (error) {
    if (attempt === BUS_PORT_ATTEMPTS || !/Address already in use/.test((error as Error).message)) throw error;
    return startNode(attempt + 1);
  }
}

export async function startCluster(): Promise<ClusterGroup> {
  const started = await Promise.all([startNode(), startNode(), startNode()]);
  const nodes = started.map(({ node }) => node);
  const busPorts = started.map(({ busPort }) => busPort);
  const clients = nodes.map(({ url }) => new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 }));
  for (const client of clients) client.on('error', () => undefined); // A test ends nodes.
  const [first] = clients as [Redis];
  const share = Math.ceil(SLOTS / nodes.length);
  for (const [index, client] of clients.entries()) {
    const end = Math.min((index + 1) * share, SLOTS) - 1;
    await client.call('CLUSTER', 'ADDSLOTSRANGE', index * share, end);
    const node = nodes[index];
    if (index > 0) await first.call('CLUSTER', 'MEET', '127.0.0.1', node?.port ?? 0, busPorts[index] ?? 0);
  }
  const isWhole = async (client: Redis) => {
    const info = String(await client.call('CLUSTER', 'INFO'));
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
  };
  await waitFor(async () => (await Promise.all(clients.map(isWhole))).every(Boolean), { timeoutMs: 20_000 });
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    async nodeOf(workspace) {
      const slot = Number(await first.call('CLUSTER', 'KEYSLOT', `{cio:${workspace}}`));
      return nodes[Math.floor(slot / share)] as EmbeddedRedis;
    },
    async stop() {
      for (const client of clients) client.disconnect();
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}
