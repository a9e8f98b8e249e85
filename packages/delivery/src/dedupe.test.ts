import { describe, expect, it } from 'vitest';
import { erase, identify, queued, track } from '../test/operations.ts';
import { dedupe } from './dedupe.ts';
import { identifyFingerprint } from './identify-fingerprint.ts';
import { createIdentifyMemory } from './identify-memory.ts';

/** A memory in which person 1 got `{ a: 1, b: 2 }` last. */
function rememberedOf() {
  const last = queued(identify('1', { a: 1, b: 2 }));
  const memory = createIdentifyMemory();
  if (last.op.type === 'person' && last.op.action === 'identify') {
    memory.remember('id:1', { operationId: last.id, fingerprint: identifyFingerprint(last.op) });
  }
  return { memory, last };
}

describe('dedupe', () => {
  it('settles an identify equal to the last one delivered, in whatever key order', () => {
    const { memory } = rememberedOf();
    expect(dedupe([queued(identify('1', { b: 2, a: 1 }))], memory)).toEqual(new Map([[0, { state: 'deduplicated' }]]));
  });

  it('settles the very operation that was delivered as delivered, when its batch is repeated', () => {
    const { memory, last } = rememberedOf();
    expect(dedupe([last], memory)).toEqual(new Map([[0, { state: 'delivered' }]]));
  });

  it('looks through events', () => {
    const { memory } = rememberedOf();
    const settled = dedupe([queued(track('1')), queued(identify('1', { a: 1, b: 2 }))], memory);
    expect([...settled.keys()]).toEqual([1]);
  });

  it.each([
    ['with other attributes', identify('1', { a: 1 })],
    ['with an explicit timestamp', identify('1', { a: 1, b: 2 }, { timestamp: 5 })],
    ['of someone else', identify('2', { a: 1, b: 2 })],
  ])('sends an identify %s', (_what, op) => {
    expect(dedupe([queued(op)], rememberedOf().memory).size).toBe(0);
  });

  it.each([
    ['another identify', identify('1', { a: 9 })],
    ['a delete', erase('1')],
    [
      'a merge that removes the person',
      { type: 'person', action: 'merge', primary: { id: '2' }, secondary: { id: '1' } } as const,
    ],
  ])('sends an identify after %s in the same batch', (_what, op) => {
    expect(dedupe([queued(op), queued(identify('1', { a: 1, b: 2 }))], rememberedOf().memory).size).toBe(0);
  });
});

describe('the memory of identifies', () => {
  const identifyOf = (operationId: string) => ({ operationId, fingerprint: 'f' });

  it('forgets after its window', () => {
    let nowMs = 0;
    const memory = createIdentifyMemory({ windowMs: 60_000, now: () => nowMs });
    memory.remember('id:1', identifyOf('a'));
    nowMs = 59_999;
    expect(memory.get('id:1')?.operationId).toBe('a');
    nowMs = 60_000;
    expect(memory.get('id:1')).toBeUndefined();
  });

  it('holds no more persons than it may, and lets the one go that was remembered longest ago', () => {
    const memory = createIdentifyMemory({ maxPersons: 2 });
    memory.remember('id:1', identifyOf('a'));
    memory.remember('id:2', identifyOf('b'));
    memory.remember('id:1', identifyOf('c'));
    memory.remember('id:3', identifyOf('d'));
    expect([memory.get('id:1')?.operationId, memory.get('id:2'), memory.get('id:3')?.operationId]).toEqual([
      'c',
      undefined,
      'd',
    ]);
  });

  it('forgets one person, or everyone', () => {
    const memory = createIdentifyMemory();
    memory.remember('id:1', identifyOf('a'));
    memory.remember('id:2', identifyOf('b'));
    memory.forgetPerson('id:1');
    expect([memory.get('id:1'), memory.get('id:2')?.operationId]).toEqual([undefined, 'b']);
    memory.clear();
    expect(memory.get('id:2')).toBeUndefined();
  });
});
