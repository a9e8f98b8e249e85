import { FINAL_STATES } from '@cio-fleet/contracts';
import type { MetricsSource } from '@cio-fleet/lifecycle';
import { METRIC_PREFIX } from '@cio-fleet/telemetry';
import { Gauge, type Registry } from 'prom-client';
import type { FleetView } from './fleet/fleet-monitor.ts';

/**
 * Gauges of the queues and the ledger, read from Redis when scraped. Only the dashboard exports them: from every worker
 * they would be counted once for each.
 */
export function createFleetMetrics(registry: Registry, look: () => Promise<FleetView>): MetricsSource {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge<Label>({ name: `${METRIC_PREFIX}${name}`, help, labelNames, registers: [registry] });

  const waiting = gauge('queue_waiting_operations', 'Operations that wait in a queue.', ['workspace', 'queue']);
  const oldest = gauge('queue_oldest_waiting_seconds', 'Age of the oldest job of a queue.', ['workspace', 'queue']);
  const failed = gauge(
    'queue_failed_jobs',
    'Failed jobs of a lane, of fallback or of what is parked; 0, or others have overtaken them.',
    ['workspace', 'queue'],
  );
  const held = gauge('held_persons', 'Persons with operations in fallback.', ['workspace']);
  const parked = gauge('parked_operations', 'Operations that operators hold, or that leave since a release.', [
    'workspace',
  ]);
  const brakes = gauge('brakes', 'Brakes in force.', ['workspace', 'kind']);
  const deadLetters = gauge('dead_letters', 'Dead letters at rest.', ['workspace']);
  const workers = gauge('live_workers', 'Workers with a heartbeat.', ['workspace']);
  const circuit = gauge('circuit_open', '0 closed, 0.5 half-open, 1 open: the worst of all workers.', ['workspace']);
  const ledger = gauge('ledger_operations', 'Operations by final state.', ['workspace', 'state']);
  const residue = gauge('ledger_residue_operations', 'What the ledger cannot account for; 0.', ['workspace']);
  const journal = gauge(
    'journal_oldest_waiting_seconds',
    'How long the oldest rows wait for the writer of the journal.',
    ['workspace'],
  );
  const memory = gauge('redis_memory_ratio', 'Used share of maxmemory; 0 without a bound.', []);
  const evicts = gauge('redis_evicts', '1 when maxmemory-policy lets Redis delete what it was given to keep.', []);
  const success = gauge('fleet_read_success', 'Whether the fleet could be read from Redis.', []);

  const update = (view: FleetView | undefined) => {
    for (const metric of [
      waiting,
      oldest,
      failed,
      held,
      parked,
      brakes,
      deadLetters,
      workers,
      circuit,
      ledger,
      residue,
      journal,
    ])
      metric.reset();
    success.set(view === undefined ? 0 : 1);
    if (view !== undefined) {
      const { usedBytes, maxBytes } = view.memory;
      memory.set(maxBytes === undefined ? 0 : usedBytes / maxBytes);
      evicts.set(view.memory.evicts ? 1 : 0);
    }
    for (const { state, journalWaitsMs } of view?.workspaces ?? []) {
      const { workspace } = state;
      for (const queue of [...state.lanes, state.fallback, ...state.parked.sides]) {
        waiting.set({ workspace, queue: queue.queue }, queue.operations);
        oldest.set({ workspace, queue: queue.queue }, (queue.oldestWaitingMs ?? 0) / 1000);
        failed.set({ workspace, queue: queue.queue }, queue.failed);
      }
      held.set({ workspace }, state.fallback.heldPersons);
      parked.set({ workspace }, state.parked.operations);
      for (const kind of ['hold', 'discard'] as const) {
        brakes.set({ workspace, kind }, state.brakes.filter((brake) => brake.kind === kind).length);
      }
      deadLetters.set({ workspace }, state.deadLetters.deadLetters);
      workers.set({ workspace }, state.workers.length);
      circuit.set({ workspace }, { CLOSED: 0, HALF_OPEN: 0.5, OPEN: 1 }[state.circuit.state]);
      for (const name of ['accepted', ...FINAL_STATES, 'waiting'] as const) {
        ledger.set({ workspace, state: name }, state.ledger[name]);
      }
      residue.set({ workspace }, state.residue);
      journal.set({ workspace }, (journalWaitsMs ?? 0) / 1000);
    }
  };

  return {
    contentType: registry.contentType,
    async metrics() {
      // Read once for all of them, before prom-client asks each: its `collect` hooks run side by side.
      update(await look().catch(() => undefined));
      return registry.metrics();
    },
  };
}
