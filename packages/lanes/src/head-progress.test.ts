import { describe, expect, it } from 'vitest';
import { event, operationId } from '../test/fixtures/operations.ts';
import { NO_PROGRESS, readProgress, withSettled } from './head-progress.ts';

describe('progress as BullMQ has it', () => {
  it.each([0, 42, 'half', null, undefined, true])('is none when it is %j', (progress) => {
    expect(readProgress(progress)).toEqual(NO_PROGRESS);
  });

  it('is taken over as we wrote it', () => {
    const written = { attempts: 2, throttles: 1, setups: 3, state: 'settled', settled: { x: 'delivered' } };
    expect(readProgress(written)).toEqual(written);
  });

  it('counts from 0 where others wrote something else', () => {
    expect(readProgress({ attempts: 'many', throttles: null })).toEqual(NO_PROGRESS);
  });
});

describe('what a run settled', () => {
  const operations = [event('ada', 1), event('bob', 2), event('cid', 3)];
  const reason = { code: 'REJECTED', message: 'bad' };

  it('is remembered by operation, a rejection with its reason', () => {
    const settlements = [{ state: 'delivered' }, { state: 'rejected', reason }, undefined] as const;
    expect(withSettled(NO_PROGRESS, operations, settlements).settled).toEqual({
      [operationId(1)]: 'delivered',
      [operationId(2)]: reason,
    });
  });

  it('is added to what earlier runs settled', () => {
    const earlier = { ...NO_PROGRESS, settled: { [operationId(1)]: 'deduplicated' } } as const;
    const settlements = [undefined, { state: 'delivered' }, undefined] as const;
    expect(withSettled(earlier, operations, settlements).settled).toEqual({
      [operationId(1)]: 'deduplicated',
      [operationId(2)]: 'delivered',
    });
  });

  it('leaves progress as it is when it is nothing', () => {
    expect(withSettled(NO_PROGRESS, operations, [undefined, undefined, undefined])).toBe(NO_PROGRESS);
  });
});
