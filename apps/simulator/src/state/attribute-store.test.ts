import { describe, expect, it } from 'vitest';
import { AttributeStore } from './attribute-store.ts';

const storeOf = (...writes: readonly (readonly [attributes: Record<string, unknown>, atSeconds: number])[]) => {
  const store = new AttributeStore();
  for (const [attributes, atSeconds] of writes) store.write(attributes, atSeconds);
  return store;
};

describe('AttributeStore', () => {
  it('lets the later timestamp win for each attribute by itself', () => {
    const store = storeOf([{ plan: 'pro', city: 'Rome' }, 20], [{ plan: 'free', seats: 3 }, 10]);
    expect(store.toObject()).toEqual({ plan: 'pro', city: 'Rome', seats: 3 });
  });

  it('lets the later arrival win at the same timestamp', () => {
    expect(storeOf([{ plan: 'pro' }, 20], [{ plan: 'free' }, 20]).toObject()).toEqual({ plan: 'free' });
  });

  it.each([null, ''])('removes an attribute set to %j', (nothing) => {
    expect(storeOf([{ plan: 'pro', seats: 1 }, 1], [{ plan: nothing }, 2]).toObject()).toEqual({ seats: 1 });
  });

  it('keeps a removed attribute removed when an older write comes late', () => {
    expect(storeOf([{ plan: null }, 20], [{ plan: 'pro' }, 10]).toObject()).toEqual({});
  });

  it('keeps false and 0, which are values', () => {
    expect(storeOf([{ active: false, seats: 0 }, 1]).toObject()).toEqual({ active: false, seats: 0 });
  });

  it('stops at 300 attributes, and takes another once one is removed', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`a${index}`, index]));
    const store = storeOf([many, 1], [{ late: 1 }, 2]);
    expect(store.toObject()).toEqual(many);
    store.write({ a0: null }, 3);
    store.write({ late: 1 }, 3);
    expect(store.toObject()).toHaveProperty('late', 1);
  });

  it('keeps a prototype key as a key like any other', () => {
    const store = storeOf([JSON.parse('{"__proto__":{"polluted":true},"constructor":"x"}'), 1]);
    expect(JSON.stringify(store.toObject())).toBe('{"__proto__":{"polluted":true},"constructor":"x"}');
    expect({}).not.toHaveProperty('polluted');
  });
});
