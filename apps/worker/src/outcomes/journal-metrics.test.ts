import { createRegistry } from '@cio-fleet/telemetry';
import { expect, it } from 'vitest';
import { createJournalMetrics } from './journal-metrics.ts';

it('counts dropped rows from 0 on, for each workspace and reason, so that the first burst is an increase', async () => {
  const registry = createRegistry({ app: 'worker', version: '1' });
  const metrics = createJournalMetrics(registry, ['shop', 'club']);
  metrics.dropped('club', { outcome: 'delivered', reason: 'queue-full', rows: 40 });

  const drops = registry.getSingleMetric('cio_fleet_journal_dropped_rows_total');
  const { values } = (await drops?.get()) ?? { values: [] };
  const told = values.map(({ labels, value }) => `${labels.workspace} ${labels.reason} ${value}`);
  expect(told.toSorted()).toEqual([
    'club buffer-full 0',
    'club queue-full 40',
    'club stopped 0',
    'club unreadable 0',
    'shop buffer-full 0',
    'shop queue-full 0',
    'shop stopped 0',
    'shop unreadable 0',
  ]);
});
