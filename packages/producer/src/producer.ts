import { Enqueuer } from './enqueuer.ts';
import type { AnyEvents, EventMap } from './event-map.ts';
import { FailureReport } from './failure-report.ts';
import { LONGEST_TIMER_MS } from './longest-timer.ts';
import type { FlushOptions, Producer } from './producer-calls.ts';
import { type ProducerOptions, producerSettings } from './producer-options.ts';
import { createVerbs } from './verbs.ts';

const FLUSH_TIMEOUT_MS = 10_000;

/**
 * Makes a producer. It connects at its first call (with a spool: also when a former run left something there), works while Redis is away, and never throws into the host afterwards.
 *
 * @example
 * ```ts
 * const cio = createProducer<{ 'Order Placed': { total: number } }>({ redisUrl, workspace: 'default' });
 * const result = await cio.track('42', 'Order Placed', { total: 9.5 });
 * if (!result.ok && !result.error.retained) console.error(result.error.message);
 * ```
 * @throws ProducerOptionsError (`CONFIG_INVALID`) when an option can't work
 */
export function createProducer<Events extends EventMap = AnyEvents>(options: ProducerOptions = {}): Producer<Events> {
  const settings = producerSettings(options);
  const report = new FailureReport(options.onError, options.logger);
  const enqueuer = new Enqueuer(settings, report);
  enqueuer.start();
  const producer: Producer = {
    ...createVerbs({ sink: enqueuer, report, defaults: settings }),
    spoolState: () => enqueuer.spoolState(),
    flush: (flushOptions) => enqueuer.flush(timeoutOf(flushOptions)),
    close: (flushOptions) => enqueuer.close(timeoutOf(flushOptions)),
  };
  // The event map exists for the compiler alone: at run time every producer takes any name.
  return producer as unknown as Producer<Events>;
}

function timeoutOf(options: FlushOptions | undefined): number {
  const timeoutMs = options?.timeoutMs;
  return typeof timeoutMs === 'number' && timeoutMs >= 0 ? Math.min(timeoutMs, LONGEST_TIMER_MS) : FLUSH_TIMEOUT_MS;
}
