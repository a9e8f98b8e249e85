import { describe, expect, it } from 'vitest';
import { parseRedisAddress, redisPlace } from './redis-address.ts';
import { redisConnectOptions } from './redis-connect-options.ts';

function addressOf(text: string) {
  const result = parseRedisAddress(text);
  if (!result.ok) throw new Error(result.problem.message);
  return result.address;
}

describe('the address of a Redis', () => {
  it.each([
    ['redis://cache', { kind: 'single', tls: false, host: 'cache', port: 6379, db: 0 }],
    ['cache:7000', { kind: 'single', tls: false, host: 'cache', port: 7000, db: 0 }],
    ['REDISS://cache.example.com:6380/3', { kind: 'single', tls: true, host: 'cache.example.com', port: 6380, db: 3 }],
    ['redis://cache?db=2', { kind: 'single', tls: false, host: 'cache', port: 6379, db: 2 }],
    ['redis://[::1]:6379/', { kind: 'single', tls: false, host: '::1', port: 6379, db: 0 }],
    ['redis://:p%40ss%3A@h', { kind: 'single', tls: false, host: 'h', port: 6379, db: 0, password: 'p@ss:' }],
    [
      'redis://w%2F:p:q@h',
      { kind: 'single', tls: false, host: 'h', port: 6379, db: 0, username: 'w/', password: 'p:q' },
    ],
    ['redis://u:a@b@h', { kind: 'single', tls: false, host: 'h', port: 6379, db: 0, username: 'u', password: 'a@b' }],
    ['/run/redis.sock', { kind: 'socket', path: '/run/redis.sock', db: 0 }],
    [
      'unix://u:p@/run/my%20redis.sock?db=1',
      { kind: 'socket', path: '/run/my redis.sock', db: 1, username: 'u', password: 'p' },
    ],
    [
      'redis+sentinel://u:p@h1:26379,h2,[::1]:3/mymaster/2?sentinelPassword=s%26s',
      {
        kind: 'sentinel',
        tls: false,
        sentinels: [
          { host: 'h1', port: 26379 },
          { host: 'h2', port: 26379 },
          { host: '::1', port: 3 },
        ],
        masterName: 'mymaster',
        db: 2,
        username: 'u',
        password: 'p',
        sentinelPassword: 's&s',
      },
    ],
    [
      'rediss+cluster://:p@h1:7000,h2:7001',
      {
        kind: 'cluster',
        tls: true,
        nodes: [
          { host: 'h1', port: 7000 },
          { host: 'h2', port: 7001 },
        ],
        password: 'p',
      },
    ],
  ])('%s is read', (text, expected) => {
    expect(addressOf(text)).toEqual(expected);
  });

  it.each([
    ['', 'nothing'],
    ['http://h', 'the scheme http'],
    ['not an address', '14 characters without a scheme'],
    ['redis://', 'no host'],
    ['redis://h:port', 'another port'],
    ['redis://h:70000', 'another port'],
    ['redis://h1,h2', '2 hosts'],
    ['redis://h/0/1', 'a longer path'],
    ['redis://h/zero', 'something else'],
    ['redis://h?ssl=true', 'another'],
    ['redis://u:50%@h', 'a % that is not part of one'],
    ['redis://u:p#q@h', 'a bare #'],
    ['redis://u:p?q?r@h', 'more than one ?'],
    ['redis://u:p/q@h', 'an @ behind a /'],
    ['redis+sentinel://h', 'no name'],
    ['redis+sentinel://h/mymaster/0/1', 'more'],
    ['redis+cluster://h/1', 'a path'],
    ['redis://[h]', 'something else'],
    ['unix://h/run', 'no absolute path'],
  ])('%s is refused, saying what is expected', (text, received) => {
    const result = parseRedisAddress(text);
    expect(result).toMatchObject({ ok: false, problem: { code: 'REDIS_ADDRESS_INVALID', received } });
  });

  it.each([
    'redis://u:hunter2#@h',
    'redis://u:hunter2%@h',
    'redis//u:hunter2@h',
    'redis://u:hunter2/@h',
    'redis://h:hunter2',
    'hunter2 h',
  ])('of the form %s is refused without a word of its password', (text) => {
    const result = parseRedisAddress(text);
    expect(result.ok).toBe(false);
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('has a place for logs without user and password', () => {
    expect(redisPlace(addressOf('redis://u:p@h'))).toBe('h:6379');
    expect(redisPlace(addressOf('rediss+cluster://u:p@[::1]:1,h'))).toBe('the cluster [::1]:1,h:6379');
    expect(redisPlace(addressOf('redis+sentinel://u:p@h/m'))).toBe('m of the Sentinels h:26379');
    expect(redisPlace(addressOf('unix:///s'))).toBe('/s');
  });
});

describe('the options to connect with', () => {
  it('carry certificates only where the address asks for TLS', () => {
    const tls = { ca: 'CA', servername: 'redis.internal' };
    expect(redisConnectOptions(addressOf('redis://h'), tls)).toEqual({
      kind: 'redis',
      options: { host: 'h', port: 6379, db: 0 },
    });
    expect(redisConnectOptions(addressOf('rediss://h'))).toMatchObject({ options: { tls: {} } });
    expect(redisConnectOptions(addressOf('rediss+cluster://h'), tls)).toEqual({
      kind: 'cluster',
      nodes: [{ host: 'h', port: 6379 }],
      options: { tls },
    });
  });

  it('ask Sentinels for the master, encrypted like Redis itself', () => {
    const address = addressOf('rediss+sentinel://u:p@h/m/1?sentinelUsername=s&sentinelPassword=t');
    expect(redisConnectOptions(address, { ca: 'CA' })).toEqual({
      kind: 'redis',
      options: {
        sentinels: [{ host: 'h', port: 26379 }],
        name: 'm',
        role: 'master',
        db: 1,
        username: 'u',
        password: 'p',
        sentinelUsername: 's',
        sentinelPassword: 't',
        tls: { ca: 'CA' },
        enableTLSForSentinelMode: true,
        sentinelTLS: { ca: 'CA' },
      },
    });
  });
});
