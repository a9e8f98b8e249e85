import type { ReadWebhook } from '@cio-fleet/contracts';
import { METRIC_PREFIX } from '@cio-fleet/telemetry';
import { Counter, Histogram, type Registry } from 'prom-client';

const OUTCOMES = ['taken', 'repeat', 'unqueued', 'full', 'away', 'unsigned', 'too-old', 'refused'] as const;

/** How a call of the webhook endpoint ended. */
export type WebhookOutcome = (typeof OUTCOMES)[number];

/** What the webhook endpoint counts. */
export interface WebhookMetrics {
  answered(workspace: string, outcome: WebhookOutcome, durationMs: number): void;
  read(workspace: string, read: ReadWebhook): void;
  forwarded(workspace: string, step: string): void;
}

/** @param workspaces - that have a signing key */
export function createWebhookMetrics(registry: Registry, workspaces: readonly string[]): WebhookMetrics {
  const registers = [registry];
  const webhooks = new Counter({
    name: `${METRIC_PREFIX}gateway_webhooks_total`,
    help: "Calls of the endpoint of Customer.io's reporting webhooks, by how they ended.",
    labelNames: ['workspace', 'outcome'],
    registers,
  });
  // From 0 on: a series that begins with its first call has no increase that an alert could see.
  for (const workspace of workspaces) for (const outcome of OUTCOMES) webhooks.inc({ workspace, outcome }, 0);
  const duration = new Histogram({
    name: `${METRIC_PREFIX}gateway_webhook_duration_seconds`,
    help: 'From the head of a call of the webhook endpoint to its answer.',
    labelNames: ['workspace'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4],
    registers,
  });
  const events = new Counter({
    name: `${METRIC_PREFIX}gateway_webhook_events_total`,
    help: 'Reporting webhooks taken, by what they report; kinds that are not documented count as unlisted.',
    labelNames: ['workspace', 'object_type', 'metric'],
    registers,
  });
  const forwards = new Counter({
    name: `${METRIC_PREFIX}gateway_webhook_forwards_total`,
    help: 'Attempts to forward a webhook, by what followed: done, wait, aside (tried again later), give-up.',
    labelNames: ['workspace', 'step'],
    registers,
  });
  return {
    answered(workspace, outcome, durationMs) {
      webhooks.inc({ workspace, outcome });
      duration.observe({ workspace }, durationMs / 1000);
    },
    read(workspace, read) {
      // Only documented names become labels, so that their number is bounded.
      const { object_type, metric } =
        read.kind === 'event' ? read.event : { object_type: read.kind, metric: read.kind };
      events.inc({ workspace, object_type, metric });
    },
    forwarded: (workspace, step) => forwards.inc({ workspace, step }),
  };
}
