import { Cluster, type Redis } from 'ioredis';
import type { Finding } from './finding.ts';
import { judgeSetup } from './judge-setup.ts';
import { judgeState } from './judge-state.ts';
import { type RedisFacts, readRedisFacts } from './redis-facts.ts';

export interface CheckRedisOptions {
  /** In `production`, a setup that loses operations is refused; elsewhere it is only told. */
  readonly environment: 'development' | 'staging' | 'production';
  /** How often each server is pinged. @defaultValue 20 */
  readonly pings?: number;
}

export interface RedisVerdict {
  /** In the order of the checks; on a cluster each check names its node. */
  readonly findings: readonly Finding[];
  /** Those for which nothing may start here; empty outside of production. */
  readonly refusals: readonly Finding[];
}

/**
 * Looks at how Redis is set up and how it does; on a cluster, at each master.
 *
 * @param redis - connected, as `createRedis` makes it
 */
export async function checkRedis(redis: Redis, options: CheckRedisOptions): Promise<RedisVerdict> {
  const findings: Finding[] = [];
  const refusals: Finding[] = [];
  for (const { node, facts } of await readAll(redis, options.pings)) {
    const name = (finding: Finding) =>
      node === undefined ? finding : { ...finding, check: `${finding.check} of ${node}` };
    const setup = judgeSetup(facts).map(name);
    findings.push(...setup, ...judgeState(facts).map(name));
    if (options.environment === 'production') refusals.push(...setup.filter(({ level }) => level === 'fail'));
  }
  return { findings, refusals };
}

async function readAll(
  redis: Redis | Cluster,
  pings?: number,
): Promise<readonly { readonly node: string | undefined; readonly facts: RedisFacts }[]> {
  if (!(redis instanceof Cluster)) return [{ node: undefined, facts: await readRedisFacts(redis, pings) }];
  return Promise.all(
    redis.nodes('master').map(async (node) => ({
      node: `${node.options.host}:${node.options.port}`,
      facts: { ...(await readRedisFacts(node, pings)), addressedAsCluster: true },
    })),
  );
}
