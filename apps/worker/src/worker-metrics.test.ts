import { createRegistry } from '@cio-fleet/telemetry';
import { expect, it } from 'vitest';
import { createWorkerMetrics } from './worker-metrics.ts';

it('measures the way to delivery by verb, and only of what was delivered', async () => {
  const registry = createRegistry({ app: 'worker', version: '1' });
  const metrics = createWorkerMetrics(registry, () => 10_000);
  const person = { type: 'person', identifiers: { id: '42' } } as const;
  const operations = [
    { id: '01J00000000000000000000001', at: 9_000, op: { ...person, action: 'identify', attributes: {} } },
    { id: '01J00000000000000000000002', at: 7_000, op: { ...person, action: 'event', name: 'Seen' } },
    { id: '01J00000000000000000000003', at: 0, op: { ...person, action: 'event', name: 'Seen' } },
  ] as const;
  metrics.settled({
    queue: { workspace: 'shop', role: 'lane', name: 'shop.lane.0', keyPrefix: '' },
    operations,
    fates: [{ kind: 'delivered' }, { kind: 'delivered' }, { kind: 'erased' }],
    attempts: 1,
    atMs: 10_000,
  });
  const { values } = (await registry.getSingleMetric('cio_fleet_delivery_latency_seconds')?.get()) ?? { values: [] };
  const sums = values.filter((value) => 'metricName' in value && String(value.metricName).endsWith('_sum'));
  expect(sums.map(({ labels, value }) => [labels, value])).toEqual([
    [{ workspace: 'shop', role: 'lane', verb: 'identify' }, 1],
    [{ workspace: 'shop', role: 'lane', verb: 'track' }, 3],
  ]);
});
