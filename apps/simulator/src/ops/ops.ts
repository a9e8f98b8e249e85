import { createOpsHandler, type OpsHandler } from '@cio-fleet/lifecycle';
import { Registry } from 'prom-client';
import type { Simulation } from '../simulation.ts';
import { registerMetrics } from './metrics.ts';

/** `/livez`, `/readyz`, `/metrics`. The simulator depends on nothing, so it is ready as soon as it answers. */
export function createOps(simulation: Simulation): OpsHandler {
  const registry = simulation.settings.registry ?? new Registry();
  registerMetrics(registry, simulation);
  return createOpsHandler({ checks: {}, metrics: registry });
}
