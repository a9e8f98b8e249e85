import { createSimulator } from '@cio-fleet/simulator';
import { type FleetProcess, startRedis, waitFor } from '@cio-fleet/testkit';
import { expect, it } from 'vitest';
import { BASIC, startDelivery, startGateway } from './gateway-process.ts';

const CALLERS = 16;
const KILLS = 2;
/** Answers that a gateway gives before it is killed. */
const ANSWERS_PER_LIFE = 600;

interface Load {
  /** Numbers of the events that were answered 200. */
  readonly answered: Set<number>;
  /** Ends it, and waits for the last answers. */
  stop(): Promise<void>;
}

/** Callers that send one event after the other, by single calls and by batches, to whichever gateway lives now. */
function startLoad(gateway: () => FleetProcess): Load {
  const answered = new Set<number>();
  let next = 0;
  let isOver = false;

  async function call(caller: number): Promise<void> {
    const isBatch = caller % 4 === 0;
    const numbers = Array.from({ length: isBatch ? 20 : 1 }, () => next++);
    const events = numbers.map((n) => ({ name: 'Order', data: { n } }));
    const person = (n: number) => `person-${n % 50}`;
    const [path, body] = isBatch
      ? ['/api/v2/batch', { batch: events.map(({ name, data }) => event(person(data.n), name, data)) }]
      : [`/api/v1/customers/${person(numbers[0] ?? 0)}/events`, events[0]];
    try {
      const response = await fetch(`http://127.0.0.1:${gateway().port}${path}`, {
        method: 'POST',
        headers: { authorization: BASIC, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (response.status === 200 && text === '{}\n') for (const n of numbers) answered.add(n);
    } catch {
      // The gateway was killed under it: nothing was promised. The next one is being started.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const callers = Array.from({ length: CALLERS }, async (_, caller) => {
    while (!isOver) await call(caller);
  });
  return {
    answered,
    async stop() {
      isOver = true;
      await Promise.all(callers);
    },
  };
}

const event = (id: string, name: string, attributes: object) => ({
  type: 'person',
  action: 'event',
  identifiers: { id },
  name,
  attributes,
});

it('delivers every operation that it answered 200, though it is killed under load', async () => {
  const redis = await startRedis();
  const simulator = createSimulator();
  const { url } = await simulator.start();
  const arrived = new Set<number>();
  simulator.onOperation(({ operation }) => void arrived.add(Number(operation.attributes?.n)));
  const worker = await startDelivery(redis.url, url);
  let gateway = await startGateway({ REDIS_URL: redis.url });
  const load = startLoad(() => gateway);

  for (let life = 1; life <= KILLS; life += 1) {
    await waitFor(() => load.answered.size >= life * ANSWERS_PER_LIFE, { timeoutMs: 60_000 });
    gateway.kill('SIGKILL');
    await gateway.stopped;
    gateway = await startGateway({ REDIS_URL: redis.url });
  }
  await waitFor(() => load.answered.size >= (KILLS + 1) * ANSWERS_PER_LIFE, { timeoutMs: 60_000 });
  await load.stop();

  const missing = () => [...load.answered].filter((n) => !arrived.has(n));
  await waitFor(() => missing().length === 0, { timeoutMs: 60_000 }).catch(() => undefined);
  expect(missing()).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  await worker.stop();
  await simulator.stop();
  await redis.stop();
}, 240_000);
