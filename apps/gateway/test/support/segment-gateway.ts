import { createHttpService } from '@cio-fleet/lifecycle';
import { createProducer, type ProducerOptions } from '@cio-fleet/producer';
import { createRedis, readRedisSettings } from '@cio-fleet/redis';
import { createLogger, createRegistry } from '@cio-fleet/telemetry';
import type { Workspace } from '@cio-fleet/workspaces';
import express from 'express';
import { createAdmission } from '../../src/access/admission.ts';
import { createKeyring } from '../../src/access/keyring.ts';
import { createGatewayMetrics } from '../../src/gateway-metrics.ts';
import { createRequestLimits } from '../../src/protection/request-limits.ts';
import { createSignInGuard } from '../../src/protection/sign-in-guard.ts';
import { createSegmentRoutes } from '../../src/segment/segment-routes.ts';
import { type MessageBody, postMessage, WRITE_KEY } from './post-message.ts';

export interface SegmentGateway {
  readonly url: string;
  /** Every line that was logged. */
  readonly lines: readonly string[];
  /** Messages that became no operation, by key. */
  readonly unmapped: ReadonlyMap<string, number>;
  metrics(): Promise<string>;
  /** Posts a message (or a batch) as an SDK does. */
  post(path: string, body: MessageBody, headers?: Readonly<Record<string, string>>): Promise<Response>;
  stop(): Promise<void>;
}

/** Segment's routes with the gateway's own admission in front of them and a producer behind. */
export async function startSegmentGateway(
  redisUrl: string,
  workspace = 'default',
  { perAddress, ...options }: Partial<ProducerOptions> & { readonly perAddress?: number } = {},
): Promise<SegmentGateway> {
  const lines: string[] = [];
  const unmapped = new Map<string, number>();
  const logger = createLogger({
    name: 'gateway',
    version: '0.0.0',
    level: 'debug',
    destination: { write: (line: string) => void lines.push(line) },
  });
  const settings = readRedisSettings(redisUrl, {});
  if (!settings.ok) throw new Error(settings.problems.join('\n'));
  const redis = createRedis({ settings: settings.settings, purpose: 'page', connectionName: 'gateway-test' });
  redis.on('error', () => undefined);
  redis.connect().catch(() => undefined);
  const registry = createRegistry({ app: 'gateway', version: '0.0.0' });
  const producer = createProducer({ redisUrl, workspace, enqueueTimeoutMs: 20_000, ...options });
  const own: Workspace = {
    name: workspace,
    siteId: 'demo-site',
    apiKey: WRITE_KEY,
    region: 'us',
    maxRequestsPerSecond: 100,
    lanes: 8,
    gatewayKeys: [],
  };
  const routes = createSegmentRoutes({
    admission: createAdmission({
      keyring: createKeyring([own]),
      limits: createRequestLimits({
        redis,
        homeWorkspace: workspace,
        ...(perAddress !== undefined && { perAddress }),
      }),
      signIns: createSignInGuard(),
      addressOf: (request) => request.socket.remoteAddress ?? 'unknown',
      report: {
        admitted: () => undefined,
        limitedKey: () => undefined,
        limitedAddress: () => undefined,
        unauthorised: () => undefined,
      },
    }),
    intake: { accept: (_caller, operations) => producer.enqueueMany(operations) },
    metrics: createGatewayMetrics(registry),
    logger,
    onUnmapped: ({ keyId }, count) => void unmapped.set(keyId, (unmapped.get(keyId) ?? 0) + count),
  });
  const http = createHttpService({ name: 'http', port: 0, handler: express().use(routes) });
  await http.start();
  return {
    url: http.url,
    lines,
    unmapped,
    metrics: () => registry.metrics(),
    post: (path, body, headers) => postMessage(`${http.url}${path}`, body, headers),
    async stop() {
      await http.stop();
      await producer.close({ timeoutMs: 1_000 });
      redis.disconnect();
    },
  };
}
