import { Gauge, type Registry } from 'prom-client';
import type { Simulation } from '../simulation.ts';

const PREFIX = 'cio_fleet_simulator_';

/**
 * The counters as metrics, read when they are asked for, so that counting costs nothing more. They are gauges, because
 * `DELETE /_sim/state` puts them back to zero.
 */
export function registerMetrics(registry: Registry, simulation: Simulation): void {
  const registers = [registry];
  new Gauge({
    name: `${PREFIX}requests`,
    help: 'Requests to Track endpoints by the status sent; none where a fault kept the answer back.',
    labelNames: ['status'],
    registers,
    collect() {
      this.reset();
      for (const [status, count] of Object.entries(simulation.stats.read().byStatus)) this.set({ status }, count);
    },
  });
  new Gauge({
    name: `${PREFIX}operations`,
    help: 'Accepted operations by action of the v2 API.',
    labelNames: ['action'],
    registers,
    collect() {
      this.reset();
      for (const [action, count] of Object.entries(simulation.stats.read().byAction)) this.set({ action }, count);
    },
  });
  new Gauge({
    name: `${PREFIX}repeats`,
    help: 'Accepted events whose ULID was seen before.',
    registers,
    collect() {
      this.set(simulation.stats.read().repeats);
    },
  });
  new Gauge({
    name: `${PREFIX}people`,
    help: 'People in all workspaces.',
    registers,
    collect() {
      this.set(simulation.accounts.all.reduce((sum, { workspace }) => sum + workspace.people.size, 0));
    },
  });
}
