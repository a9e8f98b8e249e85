import { METRIC_PREFIX } from '@cio-fleet/telemetry';
import { Counter, Gauge, type Registry } from 'prom-client';

/** Why a request was turned away. */
export type TurnedAway = 'key_rate' | 'address_rate' | 'credentials' | 'share';

/** What the protection of the gateway counts. No label holds a key, an address or a name that a sender chose. */
export interface ProtectionMetrics {
  turnedAway(reason: TurnedAway): void;
  movedRegion(home: string, workspace: string): void;
  failedRule(workspace: string): void;
}

export interface ProtectionMetricsOptions {
  readonly registry: Registry;
  /** Operations that wait for their turn, and that are on their way. */
  readonly load: () => { readonly waiting: number; readonly inFlight: number };
}

export function createProtectionMetrics({ registry, load }: ProtectionMetricsOptions): ProtectionMetrics {
  const registers = [registry];
  const refusals = new Counter({
    name: `${METRIC_PREFIX}gateway_protection_refusals_total`,
    help: 'Requests turned away: over the rate of their key or address, wrong credentials, or more than a fair share.',
    labelNames: ['reason'],
    registers,
  });
  const moved = new Counter({
    name: `${METRIC_PREFIX}gateway_region_moves_total`,
    help: 'Persons whose region changed.',
    labelNames: ['workspace', 'to'],
    registers,
  });
  const failed = new Counter({
    name: `${METRIC_PREFIX}gateway_region_rule_failures_total`,
    help: 'Operations for which the function of a region rule threw or named no workspace.',
    labelNames: ['workspace'],
    registers,
  });
  new Gauge({
    name: `${METRIC_PREFIX}gateway_waiting_operations`,
    help: 'Operations that wait in this process for the turn of their source.',
    registers,
    collect() {
      this.set(load().waiting);
    },
  });
  new Gauge({
    name: `${METRIC_PREFIX}gateway_operations_in_flight`,
    help: 'Operations of this process on their way to Redis or the spool.',
    registers,
    collect() {
      this.set(load().inFlight);
    },
  });
  return {
    turnedAway: (reason) => refusals.inc({ reason }),
    movedRegion: (workspace, to) => moved.inc({ workspace, to }),
    failedRule: (workspace) => failed.inc({ workspace }),
  };
}
