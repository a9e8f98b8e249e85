import type { Service } from '@cio-fleet/lifecycle';
import type { Logger } from '@cio-fleet/telemetry';
import type { Workspace } from '@cio-fleet/workspaces';
import type { Request, Router } from 'express';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import { createComplaints } from './complaints.ts';
import { signingKeysOf } from './signature.ts';
import { createWebhookForwarder } from './webhook-forwarder.ts';
import { createWebhookMetrics } from './webhook-metrics.ts';
import { createWebhookRoutes, type OnWebhookTaken } from './webhook-routes.ts';
import { createWebhookTaker } from './webhook-taker.ts';

export interface WebhooksOptions {
  readonly workspaces: readonly Pick<Workspace, 'name' | 'webhookSigningKey' | 'webhookForwardUrl'>[];
  /** A client that waits for Redis (`purpose: 'worker'`): BullMQ forwards through it. */
  readonly redis: Redis;
  readonly registry: Registry;
  readonly logger: Logger;
  /** Jobs that may wait for consumers, and as many for a forward URL. @defaultValue 100000 */
  readonly queueMax?: number;
  /** Webhooks signed longer ago are refused, in s. @defaultValue none */
  readonly maxAgeSeconds?: number;
  /** Where the webhooks of workspaces without an address of their own go. @defaultValue nowhere */
  readonly forwardUrl?: string;
  /** Webhooks on their way to a forward URL at once; more than 1 gives up their order. @defaultValue 1 */
  readonly forwardConcurrency?: number;
  readonly onTaken?: OnWebhookTaken;
  /** Told of each webhook whose signature is wrong, for the report of addresses. */
  readonly onUnsigned?: (request: Request) => void;
}

/** The endpoint of reporting webhooks, and what forwards them. */
export interface Webhooks {
  readonly routes: Router;
  /** One for each workspace that forwards. */
  readonly services: readonly Service[];
}

/** Wires the webhooks of all workspaces that have a signing key. */
export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { redis, logger, registry, queueMax, maxAgeSeconds, forwardConcurrency, onTaken } = options;
  const signed = options.workspaces
    .map((workspace) => ({
      name: workspace.name,
      signingKeys: signingKeysOf(workspace.webhookSigningKey),
      forwardUrl: workspace.webhookForwardUrl ?? options.forwardUrl,
    }))
    .filter(({ signingKeys }) => signingKeys.length > 0);
  const metrics = createWebhookMetrics(
    registry,
    signed.map(({ name }) => name),
  );
  const complain = createComplaints(logger);
  const onError = (workspace: string) => (error: Error) => complain(workspace, 'failed', { err: error });

  const routes = createWebhookRoutes({
    workspaces: signed.map(({ name, signingKeys, forwardUrl }) => {
      const forwards = forwardUrl !== undefined;
      const limit = queueMax === undefined ? {} : { queueMax };
      const taker = createWebhookTaker({ redis, workspace: name, forwards, ...limit, onError: onError(name) });
      return { name, signingKeys, forwards, taker };
    }),
    metrics,
    logger,
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(onTaken !== undefined && { onTaken }),
    ...(options.onUnsigned !== undefined && { onUnsigned: options.onUnsigned }),
  });
  const services = signed.flatMap(({ name, forwardUrl }) =>
    forwardUrl === undefined
      ? []
      : createWebhookForwarder({
          workspace: name,
          url: forwardUrl,
          redis,
          ...(forwardConcurrency !== undefined && { concurrency: forwardConcurrency }),
          onAttempt: (_attempt, step) => metrics.forwarded(name, step.kind),
          onError: onError(name),
        }),
  );
  return { routes, services };
}
