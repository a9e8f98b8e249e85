import { createProducer, type Producer, type ProducerOptions } from '@cio-fleet/producer';
import { type LoadMix, sendNumberedLoad } from './numbered-load.ts';
import { reportNow } from './producer-report.ts';
import { seededRandom } from './seeded-random.ts';

/** What a numbered producer's process is told, as JSON in its first argument. */
export interface NumberedProducerOptions {
  readonly producer: ProducerOptions;
  readonly seed: number;
  readonly persons: number;
  readonly personPrefix: string;
  readonly perSecond: number;
  readonly concurrency: number;
  readonly mix: LoadMix;
}

/** How long the end may wait for Redis, in ms. */
const CLOSE_TIMEOUT_MS = 30_000;

const options = JSON.parse(process.argv[2] ?? '{}') as NumberedProducerOptions;
const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());

let slowestCallMs = 0;
const counters = new Map<string, number>();
const cio = createProducer(options.producer);

reportNow({ kind: 'ready' });
await sendNumberedLoad({
  ...options,
  cio: timed(cio),
  operations: Number.POSITIVE_INFINITY,
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
const { ok } = await cio.close({ timeoutMs: CLOSE_TIMEOUT_MS });
reportNow({ kind: 'ended', isFlushed: ok, slowestCallMs });

/** The same producer, with the slowest call measured. */
function timed(producer: Producer): Producer {
  return new Proxy(producer, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const startedAtMs = performance.now();
        const result: unknown = await member.apply(target, args);
        slowestCallMs = Math.max(slowestCallMs, performance.now() - startedAtMs);
        return result;
      };
    },
  });
}
