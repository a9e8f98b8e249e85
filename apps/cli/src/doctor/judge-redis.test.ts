import { describe, expect, it } from 'vitest';
import type { Level } from './finding.ts';
import { judgeRedis } from './judge-redis.ts';
import { parseInfo, type RedisFacts } from './redis-facts.ts';

const INFO = {
  redis_version: '7.0.15',
  role: 'master',
  aof_enabled: '1',
  aof_last_write_status: 'ok',
  maxmemory_policy: 'noeviction',
  maxmemory: '1000',
  used_memory: '100',
};

type Change = Partial<Omit<RedisFacts, 'info'>> & { readonly info?: Readonly<Record<string, string | undefined>> };

function judge({ info, ...facts }: Change) {
  const merged = Object.entries({ ...INFO, ...info }).filter(
    (field): field is [string, string] => field[1] !== undefined,
  );
  return judgeRedis({
    info: new Map(merged),
    appendFsync: 'always',
    pingsMs: [1, 2, 3],
    clockOffsetMs: 5,
    ...facts,
  });
}

describe('a Redis', () => {
  it('that is set up as recommended is all right', () => {
    expect(judge({}).map(({ level }) => level)).not.toContain('warn');
    expect(judge({}).every(({ level }) => level === 'ok')).toBe(true);
  });

  it.each<[string, string, Level, Change]>([
    ['of version 6.2 is new enough', 'Redis version', 'ok', { info: { redis_version: '6.2.0' } }],
    ['of version 6.0 is too old', 'Redis version', 'fail', { info: { redis_version: '6.0.16' } }],
    ['of version 10 is new enough', 'Redis version', 'ok', { info: { redis_version: '10.0.0' } }],
    ['without a version is not trusted', 'Redis version', 'fail', { info: { redis_version: undefined } }],
    ['that is a replica takes no writes', 'Redis role', 'fail', { info: { role: 'slave' } }],
    ['without a log loses operations', 'persistence', 'fail', { info: { aof_enabled: '0' } }],
    [
      'whose log can not be written loses operations',
      'persistence',
      'fail',
      { info: { aof_last_write_status: 'err' } },
    ],
    ['that syncs every second may lose one', 'persistence', 'warn', { appendFsync: 'everysec' }],
    ['that never syncs loses operations', 'persistence', 'fail', { appendFsync: 'no' }],
    ['that hides how it syncs is to be looked at', 'persistence', 'warn', { appendFsync: undefined }],
    ['that evicts deletes operations', 'eviction policy', 'fail', { info: { maxmemory_policy: 'allkeys-lru' } }],
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
});

describe('the text of INFO', () => {
  it('becomes fields, values with colons included', () => {
    const info = parseInfo('# Server\r\nredis_version:7.0.15\r\nexecutable:/a:b\r\n\r\n');
    expect(Object.fromEntries(info)).toEqual({ redis_version: '7.0.15', executable: '/a:b' });
  });
});
