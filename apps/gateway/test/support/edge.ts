import { createHttpService, type Service } from '@cio-fleet/lifecycle';
import { createRedis, type RedisSettings, readRedisSettings } from '@cio-fleet/redis';
import { createLogger, createRegistry } from '@cio-fleet/telemetry';
import express, { type Router } from 'express';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';

/** What a part of the gateway needs, with real parts, and the lines that it logs. */
export interface Edge {
  readonly redis: Redis;
  readonly registry: Registry;
  readonly logger: ReturnType<typeof createLogger>;
  readonly lines: readonly string[];
  /** Serves routes on any port; gives the address. */
  serve(routes: Router): Promise<string>;
  start(service: Service): Promise<void>;
  /** Stops all that was started, last first. */
  stop(): Promise<void>;
}

export function createEdge(redisUrl: string): Edge {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'gateway',
    version: '0.0.0',
    level: 'debug',
    destination: { write: (line: string) => void lines.push(line) },
  });
  const registry = createRegistry({ app: 'gateway', version: '0.0.0' });
  const redis = createRedis({ settings: settingsOf(redisUrl), purpose: 'worker', connectionName: 'gateway-test' });
  redis.on('error', () => undefined);
  // A Redis that is away at first is part of some tests.
  redis.connect().catch(() => undefined);
  const services: Service[] = [];
  const start = async (service: Service) => {
    await service.start();
    services.push(service);
  };
  return {
    redis,
    registry,
    logger,
    lines,
    start,
    async serve(routes) {
      const http = createHttpService({ name: 'http', port: 0, handler: express().use(routes) });
      await start(http);
      return http.url;
    },
    async stop() {
      for (const service of services.toReversed()) await service.stop();
      redis.disconnect();
    },
  };
}

function settingsOf(redisUrl: string): RedisSettings {
  const result = readRedisSettings(redisUrl, {});
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.settings;
}
