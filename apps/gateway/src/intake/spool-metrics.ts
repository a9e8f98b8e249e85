import type { SpoolState } from '@cio-fleet/producer';
import { METRIC_PREFIX } from '@cio-fleet/telemetry';
import { Gauge, type Registry } from 'prom-client';

export interface SpoolMetricsOptions {
  readonly registry: Registry;
  /** Asked at each scrape. */
  readonly spools: () => ReadonlyMap<string, SpoolState>;
}

/** What the spools of this process hold, by workspace: what only its disk has is lost with the disk. */
export function createSpoolMetrics({ registry, spools }: SpoolMetricsOptions): void {
  const gauge = (name: string, help: string, read: (state: SpoolState) => number) =>
    new Gauge({
      name: `${METRIC_PREFIX}gateway_spool_${name}`,
      help,
      labelNames: ['workspace'],
      registers: [registry],
      collect() {
        for (const [workspace, state] of spools()) this.set({ workspace }, read(state));
      },
    });
  gauge('operations', 'Operations in the spool of this process that Redis does not have.', (state) => state.operations);
  gauge('bytes', 'Bytes of the files of the spool of this process.', (state) => state.bytes);
  gauge(
    'oldest_seconds',
    'Age of the oldest operation in the spool of this process that Redis does not have; 0 without any.',
    (state) => state.oldestMs / 1000,
  );
}
