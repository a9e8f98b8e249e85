import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** What every metric of ours begins with; units are the suffix: `cio_fleet_delivery_duration_seconds`. */
export const METRIC_PREFIX = 'cio_fleet_';

/** Which app the metrics are of. */
export interface RegistryOptions {
  readonly app: string;
  readonly version: string;
}

/** Gauges that are named as counters are, against Prometheus's convention. `nodejs_active_resources` and its like say the same by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** A registry with the metrics of the process and `cio_fleet_build_info`. One per app; nothing is global. */
export function createRegistry({ app, version }: RegistryOptions): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: METRIC_PREFIX });
  for (const name of MISNAMED) registry.removeSingleMetric(`${METRIC_PREFIX}${name}`);
  new Gauge({
    name: `${METRIC_PREFIX}build_info`,
    help: 'Always 1; the labels say which app and version runs.',
    labelNames: ['app', 'version'],
    registers: [registry],
  }).set({ app, version }, 1);
  return registry;
}
