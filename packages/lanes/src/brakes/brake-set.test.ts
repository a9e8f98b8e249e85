import type { Brake } from '@cio-fleet/contracts';
import { describe, expect, it } from 'vitest';
import { event } from '../../test/fixtures/operations.ts';
import { type BrakeSet, brakeOn, createBrakeView } from './brake-set.ts';

const brake = (id: string, kind: Brake['kind'], name: string): Brake => ({
  id,
  kind,
  filter: { name },
  at: 0,
  by: 'test',
});
const set = (...brakes: Brake[]): BrakeSet => ({ version: 'v1', brakes });

describe('of several brakes that mean an operation', () => {
  it.each([
    ['the oldest hold counts', [brake('a', 'hold', 'n1'), brake('b', 'hold', 'n1')], 'a'],
    ['a discard comes before any hold', [brake('a', 'hold', 'n1'), brake('b', 'discard', 'n1')], 'b'],
    ['only those that mean it count', [brake('a', 'discard', 'n2'), brake('b', 'hold', 'n1')], 'b'],
    ['none may', [brake('a', 'discard', 'n2')], undefined],
  ])('%s', (_what, brakes, id) => {
    expect(brakeOn(event('ada', 1), set(...brakes), 0)?.id).toBe(id);
  });
});

describe('the view of a process', () => {
  it('reads nothing while no brake was ever set, and once for each version', async () => {
    let reads = 0;
    const view = createBrakeView(async () => {
      reads += 1;
      return set();
    });
    expect((await view.at('0')).brakes).toEqual([]);
    expect(reads).toBe(0);
    await view.at('v1');
    await view.at('v1');
    expect(reads).toBe(1);
    await view.at('v2');
    expect(reads).toBe(2);
  });

  it('sees a version again that a Redis which came back older has again', async () => {
    let version = 'v2';
    const view = createBrakeView(async () => ({ ...set(), version }));
    expect((await view.at('v2')).version).toBe('v2');
    version = 'v1';
    expect((await view.at('v1')).version).toBe('v1');
  });
});
