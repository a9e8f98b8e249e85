import { expect, it } from 'vitest';
import type { BufferedOperation } from '../buffered-operation.ts';
import { LaneSet } from '../lane-set.ts';
import { RedisClock } from '../redis-clock.ts';
import { SpoolBatch } from './spool-batch.ts';

const NOON = Date.UTC(2026, 10, 21, 12);

function called(): BufferedOperation {
  const text = { laneKey: 'id:1', verb: 'track', erases: false, tail: '', bytes: 10 };
  return { ...text, number: 0, calledAtMs: 10, id: undefined, atMs: 0, hasRedisTime: false, settle: undefined };
}

it('says whose time its records have, also when Redis tells its own while they are on their way to the disk', () => {
  const clock = new RedisClock();
  const lanes = new LaneSet(1, clock);
  const operation = called();
  lanes.add(operation);
  const early = SpoolBatch.gather(lanes, 'run', 1_000_000);
  const [record] = early.records;
  clock.observe({ sentAtMs: 20, receivedAtMs: 21, redisMs: NOON });
  lanes.of(operation).stamp(operation); // As a call does whose time is up.
  expect(operation).toMatchObject({ hasRedisTime: true, atMs: Number(record?.atMs) + clock.correctionMs });
  expect(early.hasRedisTime).toBe(false);
  lanes.add(called());
  expect(SpoolBatch.gather(lanes, 'run', 1_000_000).hasRedisTime).toBe(true);
});
