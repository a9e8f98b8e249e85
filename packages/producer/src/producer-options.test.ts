import { expect, it } from 'vitest';
import { producerSettings } from './producer-options.ts';

it.each([
  ['redis://:pw@10.0.0.1:6380/2', { kind: 'single', host: '10.0.0.1', port: 6380, db: 2, tls: false }],
  ['rediss://redis.internal', { kind: 'single', port: 6379, tls: true }],
  ['redis+sentinel://h1,h2:26380/mymaster/0', { kind: 'sentinel', masterName: 'mymaster' }],
  ['rediss+cluster://h1:7000,h2:7001', { kind: 'cluster', tls: true }],
  ['/run/redis/redis.sock', { kind: 'socket', path: '/run/redis/redis.sock' }],
])('takes %s as address', (redisUrl, address) => {
  expect(producerSettings({ redisUrl }).redisAddress).toMatchObject(address);
});

it.each([
  'http://fleet:s3cret@host',
  'redis+sentinel://fleet:s3cret@h1',
  'redis+cluster://fleet:s3cret@h1/3',
  'redis://fleet:s3/cret@h1',
])('refuses an address of no such form, and repeats nothing of it', (redisUrl) => {
  const settings = () => producerSettings({ redisUrl });
  expect(settings).toThrow(/redisUrl: expected .*, got /);
  expect(settings).not.toThrow(/s3|fleet/);
});

it('refuses the spool mode always without a folder, which would keep nothing', () => {
  expect(() => producerSettings({ spoolMode: 'always' })).toThrow(
    /expected a spoolDir with spoolMode always, got none/,
  );
  expect(producerSettings({ spoolMode: 'always', spoolDir: 'spool' }).spoolMode).toBe('always');
});
