import { verbOf } from '@cio-fleet/contracts';
import type { Breaker, RequestFacts } from '@cio-fleet/delivery';
import type { SettledBatch } from '@cio-fleet/lanes';
import { METRIC_PREFIX } from '@cio-fleet/telemetry';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const CIRCUIT_STATES = ['CLOSED', 'HALF_OPEN', 'OPEN'] as const;

/** What a worker counts. Our own counters, never BullMQ's events: after a lost reply it emits none. */
export interface WorkerMetrics {
  settled(batch: SettledBatch): void;
  requested(workspace: string, facts: RequestFacts): void;
  redriven(workspace: string, operations: number): void;
  watchCircuit(workspace: string, breaker: Breaker): void;
}

export function createWorkerMetrics(registry: Registry, now: () => number = Date.now): WorkerMetrics {
  const registers = [registry];
  const operations = new Counter({
    name: `${METRIC_PREFIX}operations_total`,
    help: 'Operations that left a queue, by what became of them; moved ones went to fallback, parked ones are held.',
    labelNames: ['workspace', 'role', 'verb', 'outcome'],
    registers,
  });
  const latency = new Histogram({
    name: `${METRIC_PREFIX}delivery_latency_seconds`,
    help: 'From acceptance to delivery, by the clock of Redis and this host.',
    labelNames: ['workspace', 'role', 'verb'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86_400],
    registers,
  });
  const requests = new Counter({
    name: `${METRIC_PREFIX}requests_total`,
    help: 'Requests to Customer.io, by what the answer meant.',
    labelNames: ['workspace', 'role', 'verdict'],
    registers,
  });
  const duration = new Histogram({
    name: `${METRIC_PREFIX}request_duration_seconds`,
    help: 'How long Customer.io took to answer.',
    labelNames: ['workspace'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const batchSize = new Histogram({
    name: `${METRIC_PREFIX}request_operations`,
    help: 'Operations in one request.',
    labelNames: ['workspace'],
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    registers,
  });
  const redrives = new Counter({
    name: `${METRIC_PREFIX}redriven_operations_total`,
    help: 'Dead letters put back on their lane.',
    labelNames: ['workspace'],
    registers,
  });
  const breakers = new Map<string, Breaker>();
  new Gauge({
    name: `${METRIC_PREFIX}circuit_state`,
    help: '1 for the state that the breaker of this worker is in, 0 for the others.',
    labelNames: ['workspace', 'state'],
    registers,
    collect() {
      for (const [workspace, { status }] of breakers) {
        for (const state of CIRCUIT_STATES) this.set({ workspace, state }, status.state === state ? 1 : 0);
      }
    },
  });

  return {
    settled({ queue, operations: settled, fates }) {
      const { workspace, role } = queue;
      const settledAtMs = now();
      const counts = new Map<string, { readonly verb: string; readonly outcome: string; count: number }>();
      for (const [index, { op, at }] of settled.entries()) {
        const verb = verbOf(op);
        const outcome = fates[index]?.kind ?? 'moved';
        const counted = counts.get(`${verb} ${outcome}`);
        if (counted === undefined) counts.set(`${verb} ${outcome}`, { verb, outcome, count: 1 });
        else counted.count += 1;
        if (outcome === 'delivered') latency.observe({ workspace, role, verb }, Math.max(0, settledAtMs - at) / 1000);
      }
      // A labelled counter costs more than the sum: once for each verb and outcome of a batch.
      for (const { verb, outcome, count } of counts.values()) {
        operations.inc({ workspace, role, verb, outcome }, count);
      }
    },
    requested(workspace, facts) {
      requests.inc({ workspace, role: facts.purpose, verdict: facts.verdict });
      duration.observe({ workspace }, facts.durationMs / 1000);
      batchSize.observe({ workspace }, facts.operations);
    },
    redriven: (workspace, count) => redrives.inc({ workspace }, count),
    watchCircuit: (workspace, breaker) => breakers.set(workspace, breaker),
  };
}
