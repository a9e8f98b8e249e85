import type { EnqueueResult, OperationInput } from '@cio-fleet/producer';
import { afterEach, expect, inject, it } from 'vitest';
import { BASIC, startTrackRig, type TrackRig } from './track-rig.ts';

/** What the stand-in for an intake in trouble answers for an operation, by its name; `undefined`: what the producer says. */
type Trouble = (operation: OperationInput) => EnqueueResult | undefined;

let rig: TrackRig | undefined;
afterEach(() => rig?.stop());

/** A rig whose intake is in trouble as long as `trouble` says so. What it takes goes to the real producer. */
async function inTrouble(trouble: Trouble): Promise<TrackRig> {
  rig = await startTrackRig({
    redisUrl: inject('redisUrl'),
    wrapIntake: (producer) => ({
      accept: (_caller, operations) =>
        Promise.all(
          operations.map(async (operation): Promise<EnqueueResult> => {
            const answer = trouble(operation);
            // What is retained is sent all the same, only too late for its caller.
            if (answer === undefined || (!answer.ok && answer.error.retained)) {
              const [result] = await producer.enqueueMany([operation]);
              return answer ?? (result as EnqueueResult);
            }
            return answer;
          }),
        ),
    }),
  });
  return rig;
}

const event = (name: string) => ({ type: 'person', action: 'event', identifiers: { id: '42' }, name });
const full: EnqueueResult = { ok: false, error: { code: 'BUFFER_FULL', message: 'expected room, there is none' } };
const late: EnqueueResult = { ok: false, error: { code: 'ENQUEUE_TIMEOUT', message: 'too late', retained: true } };
const namesTaken = ({ taken }: TrackRig) => taken.map(({ operation }) => operation.name ?? operation.action);

it('answers 503 for a whole batch of which one operation could not be taken, and takes only the rest of its repeat', async () => {
  let isFull = true;
  const { call } = await inTrouble(({ name }) => (isFull && name === 'second' ? full : undefined));
  const batch = ['first', 'second', 'third'].map(event);
  const answer = await call('POST', '/api/v2/batch', { batch });
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(JSON.parse(answer.text).errors).toMatchObject([{ reason: 'unavailable', code: 'BUFFER_FULL' }]);

  isFull = false;
  expect(await call('POST', '/api/v2/batch', { batch })).toMatchObject({ status: 200, text: '{}\n' });
  expect(namesTaken(rig as TrackRig)).toEqual(['first', 'second', 'third', 'second']);
  // Once it was repeated nobody is owed anything: the same batch again is another batch.
  await call('POST', '/api/v2/batch', { batch });
  expect(namesTaken(rig as TrackRig)).toHaveLength(7);
});

it('finds the repeat of an operation in a batch of another cut, and with another trace', async () => {
  let isFull = true;
  const { call } = await inTrouble(({ name }) => (isFull && name === 'second' ? full : undefined));
  await call('POST', '/api/v2/batch', { batch: [event('first'), event('second')] });
  isFull = false;
  await call('POST', '/api/v2/entity', event('second'));
  await call('POST', '/api/v2/entity', event('first'));
  expect(namesTaken(rig as TrackRig)).toEqual(['first', 'second', 'second']);
});

it('keeps the idempotency key of each operation of a batch when part of it is repeated', async () => {
  const headers = { authorization: BASIC, 'idempotency-key': 'order-7' };
  const keysTaken = ({ taken }: TrackRig) =>
    taken.map(({ operation }) => `${operation.name} ${operation.idempotencyKey}`);
  let busyFrom = 1;
  const names = ['first', 'second', 'third'];
  const { call } = await inTrouble(({ name }) => (names.indexOf(name as string) >= busyFrom ? full : undefined));
  const batch = names.map(event);
  await call('POST', '/api/v2/batch', { batch }, headers);
  busyFrom = 2;
  await call('POST', '/api/v2/batch', { batch }, headers);
  busyFrom = 3;
  expect(await call('POST', '/api/v2/batch', { batch }, headers)).toMatchObject({ status: 200 });
  expect(keysTaken(rig as TrackRig)).toEqual([
    'first order-7:0',
    'second order-7:1',
    'third order-7:2',
    'second order-7:1',
    'third order-7:2',
    'third order-7:2',
  ]);
});

it('answers the repeat of what Redis took too late by what became of the first', async () => {
  let isLate = true;
  const { call } = await inTrouble(() => (isLate ? late : undefined));
  expect(await call('POST', '/api/v1/customers/42/events', { name: 'slow' })).toMatchObject({ status: 503 });
  isLate = false;
  expect(await call('POST', '/api/v1/customers/42/events', { name: 'slow' })).toMatchObject({ status: 200 });
  expect(namesTaken(rig as TrackRig)).toEqual(['slow']);
});

it('takes what was not taken when it is repeated', async () => {
  let isFull = true;
  const { call } = await inTrouble(() => (isFull ? full : undefined));
  await call('POST', '/api/v1/customers/42/events', { name: 'refused' });
  isFull = false;
  await call('POST', '/api/v1/customers/42/events', { name: 'refused' });
  expect(namesTaken(rig as TrackRig)).toEqual(['refused', 'refused']);
});

it('sends repeats of what is harmless twice again, for something else may have come in between', async () => {
  let isLate = true;
  const { call } = await inTrouble(() => (isLate ? late : undefined));
  await call('PUT', '/api/v1/customers/42', { plan: 'pro' });
  isLate = false;
  await call('PUT', '/api/v1/customers/42', { plan: 'free' });
  await call('PUT', '/api/v1/customers/42', { plan: 'pro' });
  expect(namesTaken(rig as TrackRig)).toEqual(['identify', 'identify', 'identify']);
});

it('tells a source that sends too much 429, and nobody else', async () => {
  const busy: EnqueueResult = { ok: false, error: { code: 'SOURCE_BUSY', message: 'expected less of this source' } };
  const { call } = await inTrouble(() => busy);
  const answer = await call('POST', '/api/v1/customers/42/events', { name: 'flood' });
  expect(answer.status).toBe(429);
  expect(JSON.parse(answer.text)).toEqual({ meta: { error: 'expected less of this source', code: 'SOURCE_BUSY' } });
});
