import { createRegistry } from '@cio-fleet/telemetry';
import { expect, it } from 'vitest';
import { createWebhookMetrics } from './webhook-metrics.ts';

it('counts webhooks from 0 on, for each workspace and outcome, so that the first wrong signature is an increase', async () => {
  const registry = createRegistry({ app: 'gateway', version: '1' });
  const metrics = createWebhookMetrics(registry, ['shop']);
  const read = async () => {
    const { values } = (await registry.getSingleMetric('cio_fleet_gateway_webhooks_total')?.get()) ?? { values: [] };
    return Object.fromEntries(values.map(({ labels, value }) => [`${labels.workspace} ${labels.outcome}`, value]));
  };
  expect(await read()).toMatchObject({ 'shop unsigned': 0, 'shop taken': 0, 'shop repeat': 0 });
  metrics.answered('shop', 'unsigned', 1);
  expect(await read()).toMatchObject({ 'shop unsigned': 1, 'shop taken': 0 });
});
