import type { Producer } from '@cio-fleet/producer';
import { watchLoop } from './loop-watch.ts';
import type { Pace } from './producer-report.ts';

/** Beyond what the process was kept from running: the grain of timers and of the watch itself, in ms. */
const GRAIN_MS = 10;

/** A producer whose calls are timed. */
export interface TimedProducer {
  readonly cio: Producer;
  pace(): Pace;
}

/**
 * Times every call. A call is late if it was answered after its time-out although the process ran: a timer can't fire while the
 * host computes, collects garbage or has no core, so what of such gaps lies behind its time-out is allowed for, and reported.
 */
export function timeCalls(producer: Producer, enqueueTimeoutMs: number): TimedProducer {
  const loop = watchLoop();
  let slowestCallMs = 0;
  let lateCalls = 0;

  function note(startedAtMs: number): void {
    const tookMs = performance.now() - startedAtMs;
    slowestCallMs = Math.max(slowestCallMs, tookMs);
    const lateMs = tookMs - enqueueTimeoutMs - GRAIN_MS;
    if (lateMs > 0 && lateMs > loop.blockedSince(startedAtMs + enqueueTimeoutMs)) lateCalls += 1;
  }

  const cio = new Proxy(producer, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const startedAtMs = performance.now();
        const result: unknown = await member.apply(target, args);
        note(startedAtMs);
        return result;
      };
    },
  });
  return { cio, pace: () => ({ slowestCallMs, lateCalls, longestGapMs: loop.longestMs }) };
}
