import { createProducer, type ProducerOptions } from '@cio-fleet/producer';
import { type LoadMix, sendNumberedLoad } from './numbered-load.ts';
import { reportNow } from './producer-report.ts';
import { seededRandom } from './seeded-random.ts';
import { timeCalls } from './timed-producer.ts';

/** What a numbered producer's process is told, as JSON in its first argument. */
export interface NumberedProducerOptions {
  readonly producer: ProducerOptions;
  readonly seed: number;
  readonly persons: number;
  readonly personPrefix: string;
  /** Operations per second; undefined: as fast as they are answered. */
  readonly perSecond?: number;
  /** Calls in flight at most. To call at a steady pace while none is answered: rate times time-out. */
  readonly concurrency: number;
  readonly mix: LoadMix;
  /** Calls in all; then the process waits for SIGTERM. @defaultValue no end */
  readonly operations?: number;
  /** Bytes of text that each operation carries for its size. @defaultValue 0 */
  readonly fillerBytes?: number;
}

/** How long the end may wait for Redis, in ms. */
const CLOSE_TIMEOUT_MS = 30_000;

const PACE_EVERY_MS = 500;
const FLUSH_LOOK_MS = 5_000;

const options = JSON.parse(process.argv[2] ?? '{}') as NumberedProducerOptions;
const ending = new AbortController();
const ended = new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()));
process.once('SIGTERM', () => ending.abort());
/** With all calls made nothing else may keep the process. */
const alive = setInterval(() => reportNow({ kind: 'pace', ...timed.pace() }), PACE_EVERY_MS);

const counters = new Map<string, number>();
const cio = createProducer(options.producer);
const timed = timeCalls(cio, options.producer.enqueueTimeoutMs ?? 1_000);

reportNow({ kind: 'ready' });
await sendNumberedLoad({
  ...options,
  cio: timed.cio,
  operations: options.operations ?? Number.POSITIVE_INFINITY,
  random: seededRandom(options.seed),
  signal: ending.signal,
  checker: {
    next(person) {
      const n = counters.get(person) ?? 0;
      counters.set(person, n + 1);
      return n;
    },
    accepted: (person, n) => reportNow({ kind: 'accepted', person, n }),
    erasing: (person, n) => reportNow({ kind: 'erasing', person, n }),
  },
  onRefused({ error }, person, n) {
    reportNow(error.retained ? { kind: 'retained', person, n } : { kind: 'refused', code: error.code });
  },
});
reportNow({ kind: 'pace', ...timed.pace() });
if (!ending.signal.aborted) {
  reportNow({ kind: 'sent' });
  while (!ending.signal.aborted && !(await Promise.race([cio.flush({ timeoutMs: FLUSH_LOOK_MS }), ended]))?.ok);
  if (!ending.signal.aborted) reportNow({ kind: 'flushed' });
  await ended;
}
const { ok } = await cio.close({ timeoutMs: CLOSE_TIMEOUT_MS });
clearInterval(alive);
reportNow({ kind: 'ended', isFlushed: ok });
