import { deadLetterQueueName } from '@cio-fleet/contracts';
import type { Producer } from '@cio-fleet/producer';
import type { FaultPlan } from '@cio-fleet/simulator';
import { waitFor } from '@cio-fleet/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../rig/rig.ts';

let rig: Rig;
let cio: Producer;
let persons = 0;
function nextPerson(): string {
  persons += 1;
  return `row-${persons}`;
}

beforeAll(async () => {
  // One lane, so that one batch holds what is sent together.
  rig = await startRig({ env: { CIO_FLEET_LANES: '1' } });
  cio = rig.createProducer({ lanes: 1 });
  await rig.startWorker();
});
afterAll(() => rig.stop());
afterEach(() => rig.simulator.clearFaults());

const settled = () =>
  waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 25_000, description: 'waiting = 0' });

const events = (person: string): readonly string[] =>
  (rig.simulator.person(person)?.events ?? []).map(({ name }) => String(name));

interface DeadLetter {
  readonly id: string;
  readonly reason: { readonly code: string; readonly message: string };
  readonly names: readonly string[];
}

async function deadLetters(): Promise<DeadLetter[]> {
  const prefix = `{cio:default}:${deadLetterQueueName('default')}:`;
  const ids = await rig.client.zrange(`${prefix}failed`, '0', '-1');
  return Promise.all(
    ids.map(async (id) => {
      const data = JSON.parse((await rig.client.hget(`${prefix}${id}`, 'data')) ?? '{}');
      return { id, reason: data.reason, names: data.operations.map(({ op }: { op: { name: string } }) => op.name) };
    }),
  );
}

async function deadLettersOf(name: string, count = 1): Promise<DeadLetter[]> {
  return waitFor(async () => {
    const found = (await deadLetters()).filter(({ names }) => names.includes(name));
    return found.length >= count && found;
  });
}

const requests = () => rig.simulator.stats().requests;

it('200 delivers', async () => {
  const person = nextPerson();
  await cio.track(person, 'Plain');
  await settled();
  expect(events(person)).toEqual(['Plain']);
});

it('207 in the middle of a batch rejects what is listed and delivers the rest in order', async () => {
  const person = nextPerson();
  rig.simulator.setFaults({ rejectName: 'Refused207' });
  await Promise.all(['A', 'B', 'Refused207', 'C'].map((name) => cio.track(person, name)));
  await settled();
  expect(events(person)).toEqual(['A', 'B', 'C']);
  const [deadLetter] = await deadLettersOf('Refused207');
  expect(deadLetter?.reason.code).toBe('REJECTED');
  expect(deadLetter?.id).toMatch(/^[0-9A-Z]{26}-0$/);
});

it('400 finds one poison operation among 1,000 in at most 22 requests, and delivers the other 999', async () => {
  // While the first request is on its way, 1,000 operations collect behind it, to be one batch.
  rig.simulator.setFaults({ latencyMs: 300, poisonName: 'Poison' });
  const before = requests();
  const first = cio.track(nextPerson(), 'First');
  await waitFor(async () => (await rig.client.llen('{cio:default}:default.lane.0:active')) === 1);
  const crowd = Array.from({ length: 1000 }, (_, i) => `crowd-${i}`);
  await Promise.all([first, ...crowd.map((person, i) => cio.track(person, i === 637 ? 'Poison' : 'Fine'))]);
  await settled();
  expect(requests() - before - 1).toBeLessThanOrEqual(22);
  const [deadLetter] = await deadLettersOf('Poison');
  expect(deadLetter?.reason.code).toBe('REJECTED');
  expect(crowd.filter((person) => events(person).includes('Fine'))).toHaveLength(999);
});

it('413 is split until each part fits', async () => {
  const person = nextPerson();
  const before = await rig.ledger();
  rig.simulator.setFaults({ status: 413, forMs: 300 });
  await cio.track(person, 'TooLargeForNow');
  await settled();
  const after = await rig.ledger();
  // Alone and still too large: rejected, with the reason.
  expect(after['dead-lettered'] - before['dead-lettered']).toBe(1);
  const [deadLetter] = await deadLettersOf('TooLargeForNow');
  expect(deadLetter?.reason.code).toBe('TOO_LARGE');
});

describe.each<{ readonly row: string; readonly fault: FaultPlan }>([
  { row: '401 for a while', fault: { status: 401, forMs: 2500 } },
  { row: '403 for a while', fault: { status: 403, forMs: 2500 } },
  { row: '429 without Retry-After', fault: { status: 429, forMs: 1500 } },
  { row: '429 with Retry-After', fault: { status: 429, retryAfterSeconds: 1, forMs: 1500 } },
])('$row', ({ fault }) => {
  it('pauses the lane without using an attempt: nothing moves to fallback, nothing is lost, order holds', async () => {
    const person = nextPerson();
    rig.simulator.setFaults(fault);
    for (const name of ['A', 'B', 'C']) await cio.track(person, name);
    const head = await waitFor(async () => {
      const id =
        (await rig.client.lindex('{cio:default}:default.lane.0:active', 0)) ??
        (await rig.client.lindex('{cio:default}:default.lane.0:wait', -1));
      const progress = id === null ? null : await rig.client.hget(`{cio:default}:default.lane.0:${id}`, 'progress');
      const parsed = progress === null ? {} : JSON.parse(progress);
      // The head of the row before may still be there.
      return parsed.lastError?.statusCode === fault.status && parsed;
    });
    expect(head.attempts).toBe(0);
    expect(await rig.held()).toBe(0);
    await settled();
    expect(events(person)).toEqual(['A', 'B', 'C']);
  });
});

describe.each<{ readonly row: string; readonly fault: FaultPlan }>([
  { row: '503', fault: { status: 503, forMs: 400 } },
  { row: 'an HTML 502', fault: { html: true, forMs: 400 } },
  { row: '408', fault: { status: 408, forMs: 400 } },
  { row: 'a reset in the middle of the answer', fault: { resetMidAnswer: true, forMs: 400 } },
  { row: 'an answer that is lost after acceptance', fault: { dropAfterAccept: true, forMs: 400 } },
  { row: 'a hang', fault: { hang: true, forMs: 1200 } },
])('$row', ({ fault }) => {
  it('is tried again until it is delivered, once as Customer.io sees it, in order', async () => {
    const person = nextPerson();
    rig.simulator.setFaults(fault);
    for (const name of ['A', 'B', 'C']) await cio.track(person, name);
    await settled();
    expect(events(person)).toEqual(['A', 'B', 'C']);
    expect(await rig.held()).toBe(0);
  });
});

it('keeps a balanced ledger through all of it', async () => {
  await settled();
  const { accepted, delivered, deduplicated, waiting, ...rest } = await rig.ledger();
  expect(waiting).toBe(0);
  expect(delivered + deduplicated + rest['dead-lettered']).toBe(accepted);
});
