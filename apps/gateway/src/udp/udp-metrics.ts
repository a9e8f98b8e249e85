import { METRIC_PREFIX } from '@cio-fleet/telemetry';
import { Counter, type Registry } from 'prom-client';

/** What the way in by UDP counts: since nobody is answered, this is all that there is to see. */
export interface UdpMetrics {
  received(datagrams: number, bytes: number): void;
  accepted(kind: 'operation' | 'note' | 'session', count: number): void;
  refused(code: string, count: number): void;
  /** `kernel`: its buffer was full; `gateway`: the gateway was too far behind. */
  lost(where: 'kernel' | 'gateway', datagrams: number): void;
}

/** @param sample - called before the metrics are read, to bring the losses up to date */
export function createUdpMetrics(registry: Registry, sample: () => Promise<void>): UdpMetrics {
  const registers = [registry];
  const datagrams = new Counter({
    name: `${METRIC_PREFIX}gateway_udp_datagrams_total`,
    help: 'Datagrams received.',
    registers,
  });
  const bytes = new Counter({
    name: `${METRIC_PREFIX}gateway_udp_bytes_total`,
    help: 'Bytes of the datagrams received.',
    registers,
  });
  const accepted = new Counter({
    name: `${METRIC_PREFIX}gateway_udp_accepted_total`,
    help: 'Operations, notes and session notices taken from datagrams.',
    labelNames: ['kind'],
    registers,
  });
  const refused = new Counter({
    name: `${METRIC_PREFIX}gateway_udp_refused_total`,
    help: 'Operations, notes, session notices and unreadable lines of datagrams that were not taken, by code.',
    labelNames: ['code'],
    registers,
  });
  const lost = new Counter({
    name: `${METRIC_PREFIX}gateway_udp_lost_total`,
    help: 'Datagrams that nobody read: the buffer of the kernel was full, or the gateway too far behind.',
    labelNames: ['where'],
    registers,
    collect: sample,
  });
  return {
    received(count, size) {
      datagrams.inc(count);
      bytes.inc(size);
    },
    accepted: (kind, count) => accepted.inc({ kind }, count),
    refused: (code, count) => refused.inc({ code }, count),
    lost: (where, count) => lost.inc({ where }, count),
  };
}
