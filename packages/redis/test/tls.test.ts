import { readFileSync } from 'node:fs';
import { type EmbeddedRedis, freePort, startRedis, waitFor } from '@cio-fleet/testkit';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRedis } from '../src/create-redis.ts';
import { readRedisSettings } from '../src/redis-settings.ts';
import { type Certificates, makeCertificates } from './support/certificates.ts';
import { startDrill } from './support/drill.ts';
import { settingsOf } from './support/settings.ts';

let certificates: Certificates;
let server: EmbeddedRedis;
let url: string;
let redis: Redis | undefined;

beforeAll(async () => {
  certificates = makeCertificates();
  const port = await freePort();
  server = await startRedis({
    appendFsync: 'no',
    config: {
      'tls-port': String(port),
      'tls-cert-file': certificates.cert,
      'tls-key-file': certificates.key,
      'tls-ca-cert-file': certificates.ca,
      'tls-auth-clients': 'yes',
    },
  });
  url = `rediss://127.0.0.1:${port}`;
});
afterEach(() => redis?.disconnect());
afterAll(async () => {
  await server.stop();
  certificates.remove();
});

function client(redisUrl: string, env: Readonly<Record<string, string>>): Redis {
  redis = createRedis({ settings: settingsOf(redisUrl, env), purpose: 'command', connectionName: 'test' });
  return redis;
}

const both = () => ({ REDIS_TLS_CERT: certificates.clientCert, REDIS_TLS_KEY: certificates.clientKey });

async function failureOf(connecting: Redis): Promise<string> {
  const failure = new Promise<string>((resolve) => connecting.once('error', (error) => resolve(error.message)));
  await expect(connecting.connect()).rejects.toThrow();
  return failure;
}

describe('a Redis with TLS that asks clients for certificates', () => {
  it('carries operations from producer to worker', async () => {
    const [ca, cert, key] = [certificates.ca, certificates.clientCert, certificates.clientKey];
    const tls = { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
    const drill = await startDrill({
      env: { REDIS_URL: url, REDIS_TLS_CA: ca, ...both() },
      producer: { redisUrl: url, redis: { tls } },
    });
    const load = drill.load();
    await waitFor(() => drill.arrived() > 100);
    await load.end();
    await drill.allArrived(10_000);
    expect(drill.verdict()).toMatchObject({ lost: 0, outOfOrder: 0 });
    await drill.stop();
  });

  it('is refused when its certificate is signed by nobody we trust', async () => {
    expect(await failureOf(client(url, both()))).toMatch(/self-signed|unable to (get|verify)/i);
  });

  it('is refused when its certificate carries another name', async () => {
    const elsewhere = { REDIS_TLS_CA: certificates.ca, REDIS_TLS_SERVERNAME: 'other.internal', ...both() };
    expect(await failureOf(client(url, elsewhere))).toContain('other.internal');
  });

  it('is verified by the name that is configured where the address is another', async () => {
    const connecting = client(url, {
      REDIS_TLS_CA: certificates.ca,
      REDIS_TLS_SERVERNAME: 'redis.internal',
      ...both(),
    });
    await connecting.connect();
    expect(await connecting.ping()).toBe('PONG');
  });

  it('refuses a client without a certificate', async () => {
    await failureOf(client(url, { REDIS_TLS_CA: certificates.ca }));
  });
});

describe('the variables for TLS', () => {
  it('are refused with every problem at once, by the name of the variable', () => {
    const env = { REDIS_TLS_CA: '/nowhere/ca.pem', REDIS_TLS_CERT: certificates.clientCert };
    const result = readRedisSettings('rediss://h', env);
    expect(result.ok ? [] : result.problems).toEqual([
      'REDIS_TLS_CERT: expected it together with REDIS_TLS_KEY, got one; set both or none',
      'REDIS_TLS_CA: expected the path of a PEM file, got /nowhere/ca.pem (ENOENT); correct it (REDIS_TLS_INVALID)',
    ]);
  });

  it('are refused with an address that does not use TLS, for passwords would go in the clear', () => {
    const result = readRedisSettings('redis://h', { REDIS_TLS_CA: certificates.ca });
    expect(result).toMatchObject({ ok: false, problems: [expect.stringContaining('rediss://')] });
  });
});
