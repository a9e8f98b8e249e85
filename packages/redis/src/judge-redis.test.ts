import { describe, expect, it } from 'vitest';
import type { Level } from './finding.ts';
import { judgeRedis } from './judge-redis.ts';
import { parseInfo, type RedisFacts } from './redis-facts.ts';

const INFO = {
  redis_version: '7.0.15',
  role: 'master',
  cluster_enabled: '0',
  aof_enabled: '1',
  aof_last_write_status: 'ok',
  aof_last_bgrewrite_status: 'ok',
  rdb_last_bgsave_status: 'ok',
  maxmemory_policy: 'noeviction',
  maxmemory: '1000',
  used_memory: '100',
  connected_slaves: '1',
};
const CONFIG = { appendfsync: 'always', 'min-replicas-to-write': '1' };

type Fields = Readonly<Record<string, string | undefined>>;
interface Change extends Partial<Omit<RedisFacts, 'info' | 'config'>> {
  readonly info?: Fields;
  readonly config?: Fields;
}

function judge({ info, config, ...facts }: Change) {
  const fields = (base: Fields, changed: Fields | undefined) =>
    new Map(
      Object.entries({ ...base, ...changed }).filter((field): field is [string, string] => field[1] !== undefined),
    );
  return judgeRedis({
    info: fields(INFO, info),
    config: fields(CONFIG, config),
    pingsMs: [1, 2, 3],
    clockOffsetMs: 5,
    addressedAsCluster: false,
    ...facts,
  });
}

const NO_CONFIG = { appendfsync: undefined, 'min-replicas-to-write': undefined };

describe('a Redis', () => {
  it('that is set up as recommended is all right', () => {
    expect(judge({}).map(({ level }) => level)).toEqual(Array.from({ length: 10 }, () => 'ok'));
  });

  it.each<[string, string, Level, Change]>([
    ['of version 6.2 is new enough', 'Redis version', 'ok', { info: { redis_version: '6.2.0' } }],
    ['of version 6.0 is too old', 'Redis version', 'fail', { info: { redis_version: '6.0.16' } }],
    ['of version 10 is new enough', 'Redis version', 'ok', { info: { redis_version: '10.0.0' } }],
    ['without a version is not trusted', 'Redis version', 'fail', { info: { redis_version: undefined } }],
    ['that is a replica takes no writes', 'Redis role', 'fail', { info: { role: 'slave' } }],
    ['of a cluster is one part of it', 'cluster mode', 'fail', { info: { cluster_enabled: '1' } }],
    [
      'of a cluster is fine where the address says so',
      'cluster mode',
      'ok',
      { info: { cluster_enabled: '1' }, addressedAsCluster: true },
    ],
    ['without a log loses operations', 'persistence', 'fail', { info: { aof_enabled: '0' } }],
    [
      'without a log that hides its settings may keep data in a way of its own',
      'persistence',
      'warn',
      { info: { aof_enabled: '0' }, config: NO_CONFIG },
    ],
    ['that syncs every second may lose one', 'persistence', 'warn', { config: { appendfsync: 'everysec' } }],
    ['that never syncs loses operations', 'persistence', 'fail', { config: { appendfsync: 'no' } }],
    ['that hides how it syncs is to be looked at', 'persistence', 'warn', { config: NO_CONFIG }],
    ['whose log can not be written takes no writes', 'log writes', 'fail', { info: { aof_last_write_status: 'err' } }],
    [
      'whose log can not be rewritten fills the disk',
      'log writes',
      'warn',
      { info: { aof_last_bgrewrite_status: 'err' } },
    ],
    ['whose snapshots fail is to be looked at', 'snapshots', 'warn', { info: { rdb_last_bgsave_status: 'err' } }],
    ['that evicts deletes operations', 'eviction policy', 'fail', { info: { maxmemory_policy: 'allkeys-lru' } }],
    [
      'that hides whether it evicts is to be looked at',
      'eviction policy',
      'skip',
      { info: { maxmemory_policy: undefined } },
    ],
    ['whose replicas may lag loses in a fail-over', 'replicas', 'warn', { config: { 'min-replicas-to-write': '0' } }],
    ['that hides whether replicas may lag is to be looked at', 'replicas', 'warn', { config: NO_CONFIG }],
    [
      'that waits in vain for a replica takes no writes',
      'replication',
      'fail',
      { info: { min_slaves_good_slaves: '0' } },
    ],
    ['without a bound may be killed', 'memory', 'warn', { info: { maxmemory: '0' } }],
    ['that is 70 % full is to be looked at', 'memory', 'warn', { info: { used_memory: '700' } }],
    ['that is 81 % full turns operations away', 'memory', 'fail', { info: { used_memory: '810' } }],
    ['that answers within 60 ms is slow', 'latency', 'warn', { pingsMs: [1, 2, 60] }],
    ['that answers within seconds is too slow', 'latency', 'fail', { pingsMs: [1, 2, 3_000] }],
    ['that is 2 s behind is to be looked at', 'clock', 'warn', { clockOffsetMs: -2_000 }],
    ['that is 10 minutes ahead sends wrong times', 'clock', 'fail', { clockOffsetMs: 600_000 }],
  ])('%s', (_title, check, level, change) => {
    const finding = judge(change).find((one) => one.check === check);
    expect(finding).toMatchObject({ level });
    expect(finding?.remedy !== undefined).toBe(level !== 'ok');
  });

  it('without replicas is not asked to wait for them', () => {
    const change = { info: { connected_slaves: '0' }, config: { 'min-replicas-to-write': '0' } };
    expect(judge(change).map(({ check }) => check)).not.toContain('replicas');
  });
});

describe('the text of INFO', () => {
  it('becomes fields, values with colons included', () => {
    const info = parseInfo('# Server\r\nredis_version:7.0.15\r\nexecutable:/a:b\r\n\r\n');
    expect(Object.fromEntries(info)).toEqual({ redis_version: '7.0.15', executable: '/a:b' });
  });
});
