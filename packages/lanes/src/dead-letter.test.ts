import { describe, expect, it } from 'vitest';
import { ACCEPTED_AT, event, operationId } from '../test/fixtures/operations.ts';
import { createDeadLetterAllowance, type DeadLetter, deadLetterPushes, unreadablePush } from './dead-letter.ts';
import { deadLetterAddress } from './queue-address.ts';

const to = deadLetterAddress('w');

function rejections(count: number, code: string, from = 0): DeadLetter[] {
  return Array.from({ length: count }, (_, index) => ({
    operation: event('ada', from + index),
    reason: { code, message: `refused ${from + index}` },
  }));
}

function operationsOf(pushes: readonly { readonly data: string }[]): string[] {
  return pushes.flatMap(({ data }) =>
    (JSON.parse(data) as { operations: { id: string }[] }).operations.map(({ id }) => id),
  );
}

describe('dead letters', () => {
  it('go one by one while the allowance lasts', () => {
    const pushes = deadLetterPushes(to, rejections(3, 'REJECTED'), ACCEPTED_AT, (_, wanted) => wanted);
    expect(pushes.map(({ id, operations }) => [id, operations])).toEqual(
      [0, 1, 2].map((n) => [`${operationId(n)}-0`, 1]),
    );
  });

  it.each([
    { count: 250, singles: 0, packs: [100, 100, 50] },
    { count: 250, singles: 40, packs: [...Array(40).fill(1), 100, 100, 10] },
    { count: 101, singles: 1, packs: [1, 100] },
    { count: 1, singles: 0, packs: [1] },
  ])('are packed by the hundred beyond it: $count with an allowance of $singles', ({ count, singles, packs }) => {
    const pushes = deadLetterPushes(to, rejections(count, 'REJECTED'), ACCEPTED_AT, () => singles);
    expect(pushes.map(({ operations }) => operations)).toEqual(packs);
    expect(operationsOf(pushes)).toEqual(rejections(count, 'REJECTED').map(({ operation }) => operation.id));
    expect(new Set(pushes.map(({ id }) => id)).size).toBe(pushes.length);
  });

  it('of different reasons are never packed together, and each reason has its own allowance', () => {
    const deadLetters = [...rejections(5, 'REJECTED'), ...rejections(5, 'EXPIRED', 100)];
    const pushes = deadLetterPushes(to, deadLetters, ACCEPTED_AT, (code) => (code === 'EXPIRED' ? 5 : 0));
    expect(pushes.map(({ operations }) => operations)).toEqual([5, 1, 1, 1, 1, 1]);
  });

  it('say how many operations a pack holds, and what the first was refused for', () => {
    const [pack] = deadLetterPushes(to, rejections(7, 'REJECTED'), ACCEPTED_AT, () => 0);
    expect(JSON.parse(pack?.data ?? '')).toMatchObject({
      v: 1,
      deadLetteredAt: ACCEPTED_AT,
      reason: { code: 'REJECTED', message: '7 operations, the first: refused 0' },
    });
    expect(pack?.name).toBe('batch');
  });

  it('rest 30 days', () => {
    const [push] = deadLetterPushes(to, rejections(1, 'REJECTED'), ACCEPTED_AT, () => 1);
    expect(JSON.parse(push?.options ?? '')).toMatchObject({ attempts: 1, removeOnFail: { age: 2_592_000 } });
  });
});

describe('the allowance', () => {
  it('counts each reason by itself, and starts again after a minute', () => {
    let nowMs = 0;
    const allow = createDeadLetterAllowance(10, () => nowMs);
    expect([allow('A', 7), allow('A', 7), allow('A', 1), allow('B', 11)]).toEqual([7, 3, 0, 10]);
    nowMs = 59_999;
    expect(allow('A', 1)).toBe(0);
    nowMs = 60_000;
    expect(allow('A', 4)).toBe(4);
  });
});

describe('a job that cannot be read', () => {
  it('is kept with its text, cut at 100,000 characters', () => {
    const push = unreadablePush(to, 'job-7', 'x'.repeat(200_000), 'expected an object', ACCEPTED_AT);
    expect(push).toMatchObject({ id: 'job-7-unreadable', name: 'unreadable', operations: 1 });
    const data = JSON.parse(push.data) as { unreadable: string };
    expect(data).toMatchObject({
      operations: [],
      reason: { code: 'UNREADABLE', message: expect.stringContaining('expected an object') },
    });
    expect(data.unreadable).toHaveLength(100_000);
  });
});
