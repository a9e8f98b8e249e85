import { createSimulator } from '@cio-fleet/simulator';
import { machineNowMs } from '../clock.ts';
import { serveRole } from '../serve-role.ts';

/** What the receiver saw of the events that it was told to expect. */
export interface Received {
  /** When the last of them arrived for the first time, on the machine's clock. */
  readonly lastAtMs: number;
  readonly requests: number;
  readonly repeats: number;
}

const simulator = createSimulator({ latencyMs: Number(process.argv[2] ?? 20), maxArrivals: 0, maxStoredEvents: 1000 });

/** By the number of the event: when it arrived first; 0 while it hasn't. */
let arrivedAtMs = new Float64Array(0);
let missing = 0;
let repeats = 0;
let lastAtMs = 0;
let complete = Promise.withResolvers<void>();

simulator.onOperation(({ operation }) => {
  const { n } = operation.attributes as { readonly n: number };
  if (arrivedAtMs[n] !== 0) {
    repeats += 1;
    return;
  }
  lastAtMs = machineNowMs();
  arrivedAtMs[n] = lastAtMs;
  missing -= 1;
  if (missing === 0) complete.resolve();
});

serveRole({
  start: async () => (await simulator.start()).url,
  expect: (operations: number) => {
    simulator.reset();
    arrivedAtMs = new Float64Array(operations);
    missing = operations;
    repeats = 0;
    complete = Promise.withResolvers();
  },
  /** Once all have arrived. */
  received: async (timeoutMs: number): Promise<Received> => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${missing} events missing after ${timeoutMs} ms`)),
      timeoutMs,
    );
    await Promise.race([complete.promise, late.promise]);
    clearTimeout(timer);
    return { lastAtMs, repeats, requests: simulator.stats().requests };
  },
  arrivals: () => arrivedAtMs,
});
