import { fileURLToPath } from 'node:url';
import { createProducer, type Producer, type ProducerOptions } from '@cio-fleet/producer';
import { createSimulator } from '@cio-fleet/simulator';
import { type FleetProcess, runFleetProcess, waitFor } from '@cio-fleet/testkit';

const WORKER = fileURLToPath(new URL('../../../../apps/worker/src/main.ts', import.meta.url));
const PERSONS = 8;

export interface DrillOptions {
  /** How the worker reaches Redis: `REDIS_URL` and more. */
  readonly env: Readonly<Record<string, string>>;
  /** How the producer does. */
  readonly producer: ProducerOptions;
}

/** What arrived, held against what the producer was told `ok`. */
export interface DrillVerdict {
  readonly accepted: number;
  readonly lost: number;
  readonly outOfOrder: number;
}

/** Producer, worker process and receiver around a Redis of the test's own. */
export interface Drill {
  readonly worker: FleetProcess;
  /** One more worker; the test stops it. */
  startWorker(): Promise<FleetProcess>;
  readonly cio: Producer;
  /** The receiver that stands in for Customer.io. */
  readonly receiverUrl: string;
  /** Sends numbered events, about a thousand a second, until `end()`; that settles when every call was answered. */
  load(): { end(): Promise<void> };
  /** Events that have arrived so far. */
  arrived(): number;
  /** Time since the last arrival, in ms. */
  quietForMs(): number;
  verdict(): DrillVerdict;
  /** Waits until all that was accepted has arrived. */
  allArrived(timeoutMs: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startDrill({ env, producer }: DrillOptions): Promise<Drill> {
  const simulator = createSimulator({ maxArrivals: 0 });
  const { url } = await simulator.start();
  const sequences = new Map<string, number[]>();
  const seen = new Set<string>();
  let lastArrivalMs = performance.now();
  simulator.onOperation(({ operation }) => {
    const { identifiers, attributes } = operation as { identifiers?: { id?: string }; attributes?: { n?: number } };
    if (identifiers?.id === undefined || attributes?.n === undefined) return;
    const key = `${identifiers.id} ${attributes.n}`;
    if (seen.has(key)) return;
    seen.add(key);
    lastArrivalMs = performance.now();
    sequences.set(identifiers.id, [...(sequences.get(identifiers.id) ?? []), attributes.n]);
  });
  const accepted = new Set<string>();
  const cio = createProducer({ enqueueTimeoutMs: 10_000, ...producer });
  const startWorker = () =>
    runFleetProcess({
      entry: WORKER,
      env: {
        WORKER_PORT: '0',
        CUSTOMERIO_SITE_ID: 'demo-site',
        CUSTOMERIO_TRACK_API_KEY: 'demo-key',
        CUSTOMERIO_TRACK_URL: url,
        CUSTOMERIO_MAX_REQUESTS_PER_SECOND: '1000',
        CIO_FLEET_REQUEST_TIMEOUT_MS: '1000',
        CIO_FLEET_LOCK_MS: '3000',
        CIO_FLEET_STALLED_CHECK_MS: '1000',
        CIO_FLEET_RETRY_BASE_MS: '50',
        CIO_FLEET_BREAKER_RESET_MS: '1000',
        CIO_FLEET_FALLBACK_BASE_MS: '500',
        CIO_FLEET_FALLBACK_CAP_MS: '1000',
        ...env,
      },
    });
  const worker = await startWorker();

  const verdict = (): DrillVerdict => {
    let outOfOrder = 0;
    for (const order of sequences.values()) {
      for (const [index, n] of order.entries()) if (n < (order[index - 1] ?? -1)) outOfOrder += 1;
    }
    return { accepted: accepted.size, lost: [...accepted].filter((key) => !seen.has(key)).length, outOfOrder };
  };

  let next = 0;
  return {
    worker,
    startWorker,
    cio,
    receiverUrl: url,
    load() {
      const calls: Promise<void>[] = [];
      const timer = setInterval(() => {
        for (let count = 0; count < 10; count += 1) {
          const n = next;
          next += 1;
          const person = `p${n % PERSONS}`;
          calls.push(
            cio.track(person, 'Numbered', { n }).then((result) => {
              if (result.ok) accepted.add(`${person} ${n}`);
            }),
          );
        }
      }, 10);
      return {
        async end() {
          clearInterval(timer);
          await Promise.all(calls);
        },
      };
    },
    arrived: () => seen.size,
    quietForMs: () => performance.now() - lastArrivalMs,
    verdict,
    async allArrived(timeoutMs) {
      await waitFor(() => verdict().lost === 0, { timeoutMs, description: 'all that was accepted to arrive' });
    },
    async stop() {
      await cio.close({ timeoutMs: 500 });
      await worker.stop();
      await simulator.stop();
    },
  };
}
