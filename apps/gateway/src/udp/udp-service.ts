import { type Service, service } from '@cio-fleet/lifecycle';
import type { Logger } from '@cio-fleet/telemetry';
import type { Registry } from 'prom-client';
import type { Intake } from '../intake/intake.ts';
import type { NoteLog } from '../notes/note-log.ts';
import { createDatagramFeeder } from './datagram-feeder.ts';
import { type DatagramReceiver, startDatagramReceiver } from './datagram-receiver.ts';
import { kernelDropsOf } from './kernel-drops.ts';
import type { DatagramCallers } from './read-datagram.ts';
import { createUdpMetrics } from './udp-metrics.ts';

export interface UdpServiceOptions {
  /** 0 is any free port. */
  readonly port: number;
  /** @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** The receive buffer that is asked of the kernel, in bytes. @defaultValue 4 MB (4194304) */
  readonly receiveBufferBytes?: number;
  /** Bytes of datagrams that may be under way in the gateway; what comes beyond them is dropped. @defaultValue 16 MB (16777216) */
  readonly maxBytesAhead?: number;
  readonly callers: DatagramCallers;
  readonly intake: Pick<Intake, 'accept'>;
  readonly notes: NoteLog;
  readonly registry: Registry;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

export const UDP_DEFAULTS = {
  host: '127.0.0.1',
  receiveBufferBytes: 4_194_304,
  maxBytesAhead: 16_777_216,
} as const satisfies Partial<UdpServiceOptions>;

/** The way in by UDP: operations, notes and session notices, never answered. */
export interface UdpService extends Service {
  /** The port that it listens on. @throws Error while it doesn't listen */
  readonly port: number;
}

/** How often the losses are looked at, in ms; also whenever the metrics are read. */
const SAMPLE_MS = 5_000;

export function createUdpService(options: UdpServiceOptions): UdpService {
  const { host, port, receiveBufferBytes, maxBytesAhead, logger, registry, callers, intake, notes } = {
    ...UDP_DEFAULTS,
    ...options,
  };
  let receiver: DatagramReceiver | undefined;
  let timer: NodeJS.Timeout | undefined;
  let kernelDrops = 0;
  /** Since the log said so last. */
  let dropped = 0;

  async function sample(): Promise<void> {
    if (receiver === undefined) return;
    if (dropped > 0)
      logger.warn({ datagrams: dropped }, 'datagrams were dropped: the gateway writes slower than they come');
    dropped = 0;
    const drops = (await kernelDropsOf(receiver.listening)) ?? kernelDrops;
    if (drops <= kernelDrops) return;
    const fresh = drops - kernelDrops;
    kernelDrops = drops;
    metrics.lost('kernel', fresh);
    logger.warn({ datagrams: fresh }, 'the kernel lost datagrams: senders are faster than the gateway for too long');
  }

  const metrics = createUdpMetrics(registry, sample);
  const feed = createDatagramFeeder({ callers, intake, notes, metrics });

  function checkBuffer(got: number): void {
    // Linux says twice what it was asked for, since it counts its own bookkeeping.
    const usable = process.platform === 'linux' ? got / 2 : got;
    if (usable >= receiveBufferBytes) return;
    logger.warn(
      { askedBytes: receiveBufferBytes, gotBytes: usable },
      `the kernel gives UDP a smaller receive buffer than asked: set net.core.rmem_max to ${receiveBufferBytes} (sysctl)`,
    );
  }

  const base = service({
    name: 'udp',
    async start() {
      receiver = await startDatagramReceiver({
        ...{ host, port, receiveBufferBytes, maxBytesAhead },
        onPack: feed,
        onDropped(datagrams) {
          metrics.lost('gateway', datagrams);
          dropped += datagrams;
        },
        onError: (err) => logger.warn({ err }, 'udp'),
      });
      kernelDrops = 0;
      const { address, port: bound, receiveBufferBytes: got } = receiver.listening;
      checkBuffer(got);
      // Not `port`: a line with pid and port is the ready line.
      logger.info({ udpHost: address, udpPort: bound }, 'listening for datagrams');
      timer = setInterval(() => void sample(), SAMPLE_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      await sample();
      await receiver?.close();
      receiver = undefined;
    },
  });
  return {
    ...base,
    get port() {
      if (receiver === undefined) throw new Error('expected udp to listen before its port is read; start it first');
      return receiver.listening.port;
    },
  };
}
