import { createConnection } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RedisEndpoint } from '@cio-fleet/contracts';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';

/** How the node of a workspace is found. */
export interface ClusterHomeOptions {
  /** The addressed nodes. */
  readonly nodes: readonly RedisEndpoint[];
  /** How to get in, and further options of the client. */
  readonly client: Omit<RedisOptions, 'replyMapping'>;
  /** A key of the workspace: the node that has it has all of them. */
  readonly key: string;
  readonly timeoutMs: number;
}

/** How long a connection may take to end politely. */
export const DISCONNECT_TIMEOUT_MS = 250;

const MOVED = /^MOVED \d+ (.*):(\d+)$/;

/**
 * A workspace lives on one node of a cluster, so the producer needs one connection, to that node: then a lost connection, Redis's
 * time and its memory mean the same as without a cluster. Where the node is is asked anew for each connection, as ioredis does with
 * Sentinels. ioredis's own cluster client would ask time and memory of any node, and repeat commands by itself.
 *
 * @returns what ioredis takes as its `Connector`
 */
export function clusterConnector(options: ClusterHomeOptions): NonNullable<RedisOptions['Connector']> {
  // Kept from one connection to the next: after a fail-over the addressed nodes may all be gone.
  let home: RedisEndpoint | undefined;
  // ioredis takes nothing but a class of its own line.
  return class extends AbstractConnector {
    constructor() {
      super(DISCONNECT_TIMEOUT_MS);
    }

    async connect() {
      this.connecting = true;
      home = await findHome(options, home);
      if (!this.connecting) throw new Error('Connection is closed.');
      const { tls } = options.client;
      const stream = tls === undefined ? createConnection(home) : connectTls({ ...tls, ...home });
      this.stream = stream;
      stream.once('error', (error) => {
        this.firstError = error;
      });
      return stream;
    }
  };
}

/** Asks one node after the other who has the key. @throws what the last one said when none knows */
async function findHome(options: ClusterHomeOptions, last: RedisEndpoint | undefined): Promise<RedisEndpoint> {
  let problem: unknown;
  for (const node of last === undefined ? options.nodes : [last, ...options.nodes]) {
    try {
      return await homeKnownBy(node, options);
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

/** A node that hasn't got the key says who has. */
async function homeKnownBy(node: RedisEndpoint, options: ClusterHomeOptions): Promise<RedisEndpoint> {
  const { client, key, timeoutMs } = options;
  const asked = new Redis({
    ...client,
    ...node,
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    disableClientInfo: true,
  });
  // The reason comes with the rejection, too.
  asked.on('error', () => undefined);
  try {
    await asked.connect();
    await asked.get(key);
    return node;
  } catch (error) {
    const [, host = '', port] = MOVED.exec((error as Error).message) ?? [];
    if (port === undefined) throw error;
    const { natMap } = client;
    const mapped = typeof natMap === 'function' ? natMap(`${host}:${port}`) : natMap?.[`${host}:${port}`];
    // A node that doesn't know its own name announces none: then it is where the answer came from.
    return mapped ?? { host: host === '' ? node.host : host, port: Number(port) };
  } finally {
    asked.disconnect();
  }
}
