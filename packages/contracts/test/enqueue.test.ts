import {
  ERASURE_TTL_SECONDS,
  erasureKey,
  ledgerResidue,
  newUlid,
  queuePrefix,
  readLedger,
  SEQUENCE_TTL_SECONDS,
  sequenceKey,
  ulidMs,
  ulidTime,
  workspaceKeys,
} from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { dump, enqueue } from './enqueue-call.ts';

let redis: Redis;
let workspace: string;

beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
});
beforeEach(() => {
  workspace = uniqueWorkspace('enqueue');
});
afterAll(() => redis.quit());

const everything = () => dump(redis, queuePrefix(workspace));
const ledger = async () => {
  const keys = workspaceKeys(workspace);
  return readLedger(await redis.hgetall(keys.ledger), await redis.hgetall(keys.waiting));
};
const waiting = (queue: string) => redis.hgetall(workspaceKeys(workspace).waiting).then((counts) => counts[queue]);

describe('an accepted job', () => {
  it('is counted in the ledger and waits, so that the ledger balances', async () => {
    await enqueue(redis, { workspace, jobId: newUlid(), data: '{}', operations: 3, sequence: 1 });
    await enqueue(redis, { workspace, jobId: newUlid(), data: '{}', operations: 2, sequence: 2 });
    await enqueue(redis, { workspace, jobId: newUlid(), data: '{}', operations: 1, lane: 5 });
    expect(await ledger()).toMatchObject({ accepted: 6, waiting: 6, delivered: 0 });
    expect(ledgerResidue(await ledger())).toBe(0);
    expect(await waiting(`${workspace}.lane.0:operations`)).toBe('5');
  });

  it('counts its bytes, not its characters', async () => {
    const data = JSON.stringify({ name: 'Zoë ☃ 👩' });
    await enqueue(redis, { workspace, jobId: newUlid(), data });
    expect(await waiting(`${workspace}.lane.0:bytes`)).toBe(String(Buffer.byteLength(data)));
  });

  it("is answered with Redis's time in ms", async () => {
    const [seconds] = await redis.time();
    const [status, now] = await enqueue(redis, { workspace, jobId: newUlid(), data: '{}' });
    expect(status).toBe('ok');
    expect(Number(now)).toBeGreaterThanOrEqual(Number(seconds) * 1000);
    expect(Number(now)).toBeLessThan(Number(seconds) * 1000 + 60_000);
  });
});

describe('a write that comes again', () => {
  it('is answered as repeated and changes nothing', async () => {
    const call = { workspace, jobId: newUlid(), data: '{}', sequence: 7, erasures: [['id:1', newUlid()]] } as const;
    await enqueue(redis, call);
    const before = await everything();
    expect(await enqueue(redis, call)).toMatchObject(['repeated', /^\d{13}$/]);
    expect(await everything()).toEqual(before);
  });

  it('is told by its sequence also when its job was delivered and removed since', async () => {
    const call = { workspace, jobId: newUlid(), data: '{}', sequence: 7 };
    await enqueue(redis, call);
    await enqueue(redis, { ...call, jobId: newUlid(), sequence: 8 });
    await redis.del(`${queuePrefix(workspace)}:${workspace}.lane.0:${call.jobId}`);
    expect(await enqueue(redis, call)).toMatchObject(['repeated', /./]);
    expect(await ledger()).toMatchObject({ accepted: 2 });
  });

  it('is told by its job id when its sequence is unknown', async () => {
    const call = { workspace, jobId: newUlid(), data: '{}', run: 'a' };
    await enqueue(redis, call);
    expect(await enqueue(redis, { ...call, run: 'b' })).toMatchObject(['repeated', /./]);
    expect(await ledger()).toMatchObject({ accepted: 1, waiting: 1 });
  });

  it('sequences are compared as numbers, and each run and lane has its own', async () => {
    const statuses: string[] = [];
    for (const [run, lane, sequence] of [
      ['a', 0, 9],
      ['a', 0, 10],
      ['b', 0, 1],
      ['a', 1, 1],
      ['a', 0, 9],
    ] as const) {
      statuses.push((await enqueue(redis, { workspace, jobId: newUlid(), data: '{}', run, lane, sequence }))[0]);
    }
    expect(statuses).toEqual(['ok', 'ok', 'ok', 'ok', 'repeated']);
  });

  it('sequences are forgotten a week after the last write of the run', async () => {
    await enqueue(redis, { workspace, jobId: newUlid(), data: '{}', run: 'a' });
    const ttl = await redis.ttl(sequenceKey(workspace, 0, 'a'));
    expect(ttl).toBeGreaterThan(SEQUENCE_TTL_SECONDS - 60);
    expect(ttl).toBeLessThanOrEqual(SEQUENCE_TTL_SECONDS);
  });
});

describe('the number of lanes', () => {
  it('is fixed by the first write', async () => {
    await enqueue(redis, { workspace, jobId: newUlid(), data: '{}', lanes: 12 });
    expect(await redis.get(workspaceKeys(workspace).lanes)).toBe('12');
  });

  it('is told to a producer that counts another one, before anything is written', async () => {
    await enqueue(redis, { workspace, jobId: newUlid(), data: '{}', lanes: 12 });
    const before = await everything();
    expect(await enqueue(redis, { workspace, jobId: newUlid(), data: '{}', lanes: 8, sequence: 2 })).toEqual([
      'lanes',
      '12',
    ]);
    expect(await everything()).toEqual(before);
  });
});

describe('an erasure mark', () => {
  const OLDER = '01HB4HBDKTFWYZCK01DMRSWRFC';
  const NEWER = '01HB4HBDKTFWYZCK01DMRSWRFD';
  const erase = (sequence: number, ...erasures: readonly (readonly [string, string])[]) =>
    enqueue(redis, { workspace, jobId: newUlid(), data: '{}', sequence, erasures });

  it('is written with the job that carries the suppress or delete', async () => {
    await erase(1, ['id:1', OLDER], ['email:x@y.z', NEWER]);
    expect(await redis.get(erasureKey(workspace, 'id:1'))).toBe(OLDER);
    expect(await redis.get(erasureKey(workspace, 'email:x@y.z'))).toBe(NEWER);
    expect(await redis.get(workspaceKeys(workspace).erasures)).toBe(NEWER);
    const ttl = await redis.ttl(erasureKey(workspace, 'id:1'));
    expect(ttl).toBeGreaterThan(ERASURE_TTL_SECONDS - 60);
  });

  /** Redis's time in ms. */
  const redisMs = async () => {
    const [seconds, micros] = await redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  };

  it("is never ahead of Redis's time, so that a producer with a wrong clock erases nothing of later", async () => {
    const fromMs = await redisMs();
    const [first, second] = [ulidTime(fromMs + 86_400_000), ulidTime(fromMs + 86_400_000)].map(
      (time, n) => `${time}DMRSWRFD0000000${n}`,
    ) as [string, string];
    await erase(1, ['id:1', first], ['id:2', second]);
    const marks = await redis.mget(erasureKey(workspace, 'id:1'), erasureKey(workspace, 'id:2'));
    for (const mark of marks) {
      expect(ulidMs(String(mark))).toBeGreaterThanOrEqual(fromMs);
      expect(ulidMs(String(mark))).toBeLessThanOrEqual(await redisMs());
    }
    // Two of one millisecond differ, so that a guard notices the second.
    expect(marks.map((mark) => mark?.slice(10))).toEqual([first.slice(10), second.slice(10)]);
    expect(await redis.get(workspaceKeys(workspace).erasures)).toBe(marks[1]);
  });

  it('keeps its ULID where that is ahead by no more than a measurement may be off', async () => {
    const ulid = `${ulidTime((await redisMs()) + 900)}DMRSWRFD00000000`;
    await erase(1, ['id:1', ulid]);
    expect(await redis.get(erasureKey(workspace, 'id:1'))).toBe(ulid);
  });

  it('only moves forward', async () => {
    await erase(1, ['id:1', NEWER]);
    await erase(2, ['id:1', OLDER]);
    expect(await redis.get(erasureKey(workspace, 'id:1'))).toBe(NEWER);
    expect(await redis.get(workspaceKeys(workspace).erasures)).toBe(NEWER);
  });
});
