import { waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { readProgress } from '../src/head-progress.ts';
import { processDeadLetter } from '../src/process-dead-letter.ts';
import { createRedisLaneStore } from '../src/redis-lane-store.ts';
import { fresh, operationId } from './fixtures/operations.ts';
import { Rig } from './fixtures/rig.ts';
import { createTestCourier, DELIVERED, rejected } from './fixtures/test-courier.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig(inject('redisUrl'), 'dead');
});
afterEach(() => rig.close());

async function resting(id: string): Promise<void> {
  await waitFor(async () => (await rig.queue(rig.deadLetter).getJobState(id)) === 'failed', {
    description: `${id} to rest in the failed state`,
  });
}

describe('a rejected operation', () => {
  it('rests in the failed state under its id and redrive count, with the reason it was given', async () => {
    await rig.accept([fresh('ada', 1), fresh('bob', 2)]);
    const courier = createTestCourier(() => [rejected(), DELIVERED]);
    await rig.startFleet({ courier });
    expect(await rig.settledAll()).toMatchObject({ delivered: 1, 'dead-lettered': 1 });
    const id = `${operationId(1)}-0`;
    await resting(id);
    const job = await rig.queue(rig.deadLetter).getJob(id);
    expect(job).toMatchObject({ name: 'track', failedReason: 'REJECTED: refused by the test', attemptsMade: 1 });
    expect(await rig.redis.hgetall(`{cio:${rig.workspace}}:dead-letter-reasons`)).toEqual({ REJECTED: '1' });
  });

  it('goes back on its lane when somebody retries it', async () => {
    let isMended = false;
    const courier = createTestCourier(() => (isMended ? DELIVERED : rejected()));
    await rig.accept([fresh('ada', 1)]);
    await rig.startFleet({ courier });
    const id = `${operationId(1)}-0`;
    await resting(id);
    isMended = true;
    await (await rig.queue(rig.deadLetter).getJob(id))?.retry('failed');
    await waitFor(async () => (await rig.ledger()).delivered === 1, { description: 'the redrive' });
    expect(await rig.settledAll()).toMatchObject({ accepted: 1, delivered: 1, 'dead-lettered': 0 });
    expect(await rig.redis.hgetall(`{cio:${rig.workspace}}:dead-letter-reasons`)).toEqual({});
    await waitFor(async () => (await rig.queue(rig.deadLetter).getJobState(id)) === 'completed');
  });

  it('that is rejected again after its redrive is a second dead letter', async () => {
    await rig.accept([fresh('ada', 1)]);
    await rig.startFleet({ courier: createTestCourier(() => rejected()) });
    await resting(`${operationId(1)}-0`);
    await (await rig.queue(rig.deadLetter).getJob(`${operationId(1)}-0`))?.retry('failed');
    await resting(`${operationId(1)}-1`);
    expect(await rig.settledAll()).toMatchObject({ accepted: 1, 'dead-lettered': 1 });
    const second = await rig.queue(rig.deadLetter).getJob(`${operationId(1)}-1`);
    expect(second?.data).toMatchObject({ operations: [{ id: operationId(1), redrives: 1 }] });
  });

  it('is packed by the hundred in a storm of one reason', async () => {
    const operations = Array.from({ length: 1250 }, (_, n) => fresh(`p${n % 50}`, n));
    for (let from = 0; from < 1250; from += 250) await rig.accept(operations.slice(from, from + 250));
    await rig.startFleet({ courier: createTestCourier(() => rejected()) });
    expect(await rig.settledAll(20_000)).toMatchObject({ 'dead-lettered': 1250 });
    const { keyPrefix } = rig.deadLetter;
    await waitFor(async () => (await rig.redis.zcard(`${keyPrefix}failed`)) >= 1003, { timeoutMs: 20_000 });
    // A thousand of their own, and the other 250 in packs of at most a hundred.
    expect(await rig.redis.zcard(`${keyPrefix}failed`)).toBe(1003);
  });
});

describe('a worker that dies over a new dead letter', () => {
  it('redrives nothing: the next start sees that nobody asked for it', async () => {
    await rig.accept([fresh('ada', 1)]);
    const fleet = await rig.startFleet({ courier: createTestCourier(() => rejected()) });
    const id = `${operationId(1)}-0`;
    await resting(id);
    await fleet.stop();
    // As it was before its first start; then a start that ended with its worker.
    const { keyPrefix } = rig.deadLetter;
    await rig.redis.zrem(`${keyPrefix}failed`, id);
    await rig.redis.hdel(`${keyPrefix}${id}`, 'atm', 'failedReason', 'finishedOn');
    await rig.redis.rpush(`${keyPrefix}wait`, id);
    const dying = rig.worker(rig.deadLetter, { lockDuration: 100, stalledInterval: 100 });
    await dying.getNextJob('dying', { block: false });
    await waitFor(async () => (await rig.redis.exists(`${keyPrefix}${id}:lock`)) === 0);
    await waitFor(async () => {
      await dying.startStalledCheckTimer();
      return (await rig.redis.llen(`${keyPrefix}active`)) === 0;
    });
    const job = await rig.take(rig.deadLetter, 'next');
    expect(job.attemptsStarted).toBeGreaterThan(1);
    const store = createRedisLaneStore({ redis: rig.redis, queue: rig.deadLetter, lockMs: 30_000 });
    const result = await processDeadLetter(
      {
        lease: { jobId: id, token: 'next' },
        data: job.data,
        progress: readProgress(job.progress),
        attemptsMade: job.attemptsMade,
      },
      { workspace: rig.workspace, lanes: 1, store, now: Date.now, onRedriven: () => expect.fail('redriven') },
    );
    expect(result).toEqual({ kind: 'fail', reason: 'REJECTED: refused by the test' });
  });
});

describe('a redrive', () => {
  it('whose worker dies after the script has run is not done twice', async () => {
    await rig.accept([fresh('ada', 1)]);
    const fleet = await rig.startFleet({ courier: createTestCourier(() => rejected()) });
    const id = `${operationId(1)}-0`;
    await resting(id);
    await fleet.stop();
    await (await rig.queue(rig.deadLetter).getJob(id))?.retry('failed');
    const start = async (token: string) => {
      const job = await rig.take(rig.deadLetter, token);
      const store = createRedisLaneStore({ redis: rig.redis, queue: rig.deadLetter, lockMs: 30_000 });
      const progress = readProgress(job.progress);
      return processDeadLetter(
        { lease: { jobId: id, token }, data: job.data, progress, attemptsMade: job.attemptsMade },
        { workspace: rig.workspace, lanes: 1, store, now: Date.now, onRedriven: () => undefined },
      );
    };
    expect(await start('first')).toEqual({ kind: 'wait', delayMs: 0 });
    // Its worker dies here; the job comes back.
    const { keyPrefix } = rig.deadLetter;
    await rig.redis.del(`${keyPrefix}${id}:lock`);
    await rig.redis.rpoplpush(`${keyPrefix}active`, `${keyPrefix}wait`);
    expect(await start('second')).toEqual({ kind: 'complete' });
    expect(await rig.redis.llen(`${rig.lane().keyPrefix}wait`)).toBe(1);
    expect(await rig.ledger()).toMatchObject({ accepted: 1, waiting: 1, 'dead-lettered': 0 });
  });

  it('of something that is no dead letter of ours rests with a reason', async () => {
    await rig.queue(rig.deadLetter).add('x', { hello: 'world' }, { jobId: 'stranger' });
    await rig.startFleet({ courier: createTestCourier() });
    await resting('stranger');
    const job = await rig.queue(rig.deadLetter).getJob('stranger');
    expect(job?.failedReason).toMatch(/^UNREADABLE/);
  });
});
