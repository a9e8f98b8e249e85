import { workspaceKeys } from '@cio-fleet/contracts';
import { createProducer, type OperationInput, type Producer } from '@cio-fleet/producer';
import { createSimulator, type Simulator } from '@cio-fleet/simulator';
import { type EmbeddedRedis, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { plainWorkspace, startWorker } from './worker-process.ts';

const DEADLINE = { timeoutMs: 40_000 };

let embedded: EmbeddedRedis;
let redis: Redis;
let simulator: Simulator;
let trackUrl: string;
let cio: Producer;

beforeEach(async () => {
  embedded = await startRedis({ appendFsync: 'no' });
  redis = new Redis(embedded.url);
  simulator = createSimulator();
  trackUrl = (await simulator.start()).url;
  cio = createProducer({ redisUrl: embedded.url });
});
afterEach(async () => {
  await cio.close({ timeoutMs: 500 });
  redis.disconnect();
  await simulator.stop();
  await embedded.stop();
});

const work = (env: Readonly<Record<string, string>> = {}) =>
  startWorker({ REDIS_URL: embedded.url, ...plainWorkspace(trackUrl), ...env });

const identify = (id: string, attributes: object): OperationInput => ({
  type: 'person',
  action: 'identify',
  identifiers: { id },
  attributes,
});
const track = (id: string, name: string): OperationInput => ({
  type: 'person',
  action: 'event',
  identifiers: { id },
  name,
});
const toSegment = (id: string): OperationInput => ({
  type: 'segment',
  action: 'add_person',
  identifiers: { segment_id: 7 },
  person: { id },
});
const form = (id: string, formId = 'signup'): OperationInput => ({
  type: 'form',
  action: 'submit',
  identifiers: { form_id: formId },
  data: { id, newsletter: 'yes' },
});

async function accepted(operations: readonly OperationInput[]): Promise<void> {
  const results = await cio.enqueueMany(operations);
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
}

const ledger = async (): Promise<Readonly<Record<string, string>>> => redis.hgetall(workspaceKeys('default').ledger);

/** What arrived of one person, in order. */
function arrivedOf(person: string): string[] {
  return simulator.arrivals().flatMap(({ operation: { action, identifiers, ids } }) => {
    const isTheirs = identifiers?.id === person || ids?.includes(person) === true;
    return isTheirs ? [action] : [];
  });
}

it('keeps the order of a person over endpoints: identify, segment, event, form, event', async () => {
  const persons = Array.from({ length: 30 }, (_, n) => `p${n}`);
  const steps = [
    (id: string) => identify(id, { plan: 'pro' }),
    toSegment,
    (id: string) => track(id, 'first'),
    (id: string) => form(id),
    (id: string) => track(id, 'second'),
  ];
  // Everyone's first step, then everyone's second: what is sent together has to be brought together.
  await accepted(steps.flatMap((step) => persons.map((id) => step(id))));
  const worker = await work();
  await waitFor(async () => (await ledger()).delivered === String(steps.length * persons.length), DEADLINE);
  for (const id of persons) {
    expect(arrivedOf(id)).toEqual(['identify', 'add_to_segment', 'event', 'submit_form', 'event']);
    expect(simulator.person(id)).toMatchObject({ segments: ['7'], attributes: { plan: 'pro', newsletter: 'yes' } });
  }
  expect(await worker.stop()).toBe(0);
});

it('sends 1,000 additions to a segment in few requests, though the persons are on all lanes', async () => {
  const ids = Array.from({ length: 1_000 }, (_, n) => `p${n}`);
  await accepted(ids.map((id) => identify(id, { n: 1 })));
  await accepted(ids.map(toSegment));
  const worker = await work();
  await waitFor(async () => (await ledger()).delivered === '2000', DEADLINE);
  const { requests, byStatus } = simulator.stats();
  // Per lane one for the identifies and one for the segment, were each lane one batch.
  expect(requests).toBeLessThanOrEqual(64);
  expect(byStatus).toEqual({ 200: requests });
  const added = simulator
    .arrivals()
    .flatMap(({ operation: { action, ids: some } }) => (action === 'add_to_segment' ? (some ?? []) : []));
  expect(added.toSorted()).toEqual(ids.toSorted());
  expect(simulator.person('p999')?.segments).toEqual(['7']);
  await worker.stop();
});

it('follows a held person into fallback, and leaves it in order', async () => {
  const worker = await work({
    CIO_FLEET_BREAKER_FAILURES: '1',
    CIO_FLEET_BREAKER_RESET_MS: '500',
    CIO_FLEET_BREAKER_SUCCESSES: '1',
    CIO_FLEET_RETRIES: '0',
  });
  simulator.setFaults({ status: 503 });
  await accepted([identify('ada', { plan: 'pro' })]);
  const held = () => redis.hget(workspaceKeys('default').held, 'id:ada');
  await waitFor(async () => (await held()) === '1', DEADLINE);
  await accepted([toSegment('ada'), form('ada'), track('ada', 'last')]);
  await waitFor(async () => (await held()) === '4', DEADLINE);
  simulator.clearFaults();
  await waitFor(async () => (await ledger()).delivered === '4', DEADLINE);
  expect(arrivedOf('ada')).toEqual(['identify', 'add_to_segment', 'submit_form', 'event']);
  expect(await held()).toBeNull();
  await worker.stop();
});

it('dead-letters a form that is refused alone, and delivers everything around it', async () => {
  simulator.setFaults({ rejectName: 'poison' });
  await accepted([
    identify('ada', { plan: 'pro' }),
    form('ada', 'poison'),
    form('ada', 'signup'),
    toSegment('ada'),
    track('ada', 'last'),
  ]);
  const worker = await work();
  await waitFor(async () => {
    const { delivered, 'dead-lettered': dead } = await ledger();
    return delivered === '4' && dead === '1';
  }, DEADLINE);
  expect(arrivedOf('ada')).toEqual(['identify', 'submit_form', 'add_to_segment', 'event']);
  await worker.stop();
});

it('reports metrics, unsubscriptions and events of nobody by their own endpoints', async () => {
  await accepted([
    { type: 'delivery', action: 'metric', identifiers: { id: 'D' }, name: 'bounced', reason: 'mailbox full' },
    { type: 'delivery', action: 'unsubscribe', identifiers: { id: 'D' } },
    { type: 'delivery', action: 'resubscribe', identifiers: { id: 'D' } },
    { type: 'invite', action: 'event', name: 'Invited', attributes: { recipient: 'eve@example.com' } },
  ]);
  const worker = await work();
  await waitFor(async () => (await ledger()).delivered === '4', DEADLINE);
  expect(simulator.stats().byAction).toEqual({ metric: 1, unsubscribe: 2, event: 1 });
  const reported = simulator.arrivals().filter(({ operation }) => operation.type === 'delivery');
  expect(reported.map(({ operation }) => operation.name)).toEqual(['bounced', 'unsubscribed', 'resubscribed']);
  await worker.stop();
});

it('erases what was accepted for a person before their suppression, a form and a segment too', async () => {
  await accepted([form('ada'), toSegment('ada'), { type: 'person', action: 'suppress', identifiers: { id: 'ada' } }]);
  const worker = await work();
  await waitFor(async () => {
    const { delivered, erased } = await ledger();
    return delivered === '1' && erased === '2';
  }, DEADLINE);
  expect(arrivedOf('ada')).toEqual(['suppress']);
  await worker.stop();
});
