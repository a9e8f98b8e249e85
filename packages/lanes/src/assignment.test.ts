import { describe, expect, it } from 'vitest';
import { assignLanes, assignOne } from './assignment.ts';

const workersNamed = (count: number, prefix = 'host') =>
  Array.from({ length: count }, (_, n) => `${prefix}-${n}:${4000 + n}`);

function ownersOf(lanes: number, workers: readonly string[]): Map<number, string> {
  const owners = new Map<number, string>();
  for (const [worker, own] of assignLanes(lanes, workers)) for (const lane of own) owners.set(lane, worker);
  return owners;
}

const fleets = [1, 2, 3, 5, 8, 13, 20].flatMap((workers) => [1, 8, 64].map((lanes) => ({ lanes, workers })));

describe('lanes', () => {
  it.each(fleets)(
    'are each assigned once, none above the cap: $lanes lanes, $workers workers',
    ({ lanes, workers }) => {
      const assigned = assignLanes(lanes, workersNamed(workers));
      const all = [...assigned.values()].flat().sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: lanes }, (_, lane) => lane));
      for (const own of assigned.values()) expect(own.length).toBeLessThanOrEqual(Math.ceil(lanes / workers));
    },
  );

  it('are shared the same way whatever the order of the list', () => {
    const workers = workersNamed(7);
    const turned = [...workers.slice(3).reverse(), ...workers.slice(0, 3)];
    expect(ownersOf(64, turned)).toEqual(ownersOf(64, workers));
  });

  it('are shared the same way every time', () => {
    expect(ownersOf(8, workersNamed(3))).toEqual(ownersOf(8, workersNamed(3)));
  });

  it('of nobody are nobody’s', () => {
    expect(assignLanes(8, [])).toEqual(new Map());
  });

  it('move by about 1/n when a worker joins', () => {
    let moved = 0;
    const fleetsTried = 40;
    for (let fleet = 0; fleet < fleetsTried; fleet += 1) {
      const workers = workersNamed(5, `fleet-${fleet}`);
      const before = ownersOf(60, workers.slice(0, 4));
      const after = ownersOf(60, workers);
      moved += [...after].filter(([lane, worker]) => before.get(lane) !== worker).length;
    }
    // A fifth must move, for the newcomer. The cap moves a few more.
    expect(moved / fleetsTried).toBeGreaterThanOrEqual(60 / 5 - 1);
    expect(moved / fleetsTried).toBeLessThan(60 / 5 + 12);
  });
});

describe('a queue of which there is one', () => {
  it('has one owner, whatever the order of the list', () => {
    const workers = workersNamed(4);
    const owner = assignOne('w.fallback', workers);
    expect(workers).toContain(owner);
    expect(assignOne('w.fallback', [...workers].reverse())).toBe(owner);
  });

  it('keeps its owner when another worker leaves', () => {
    const workers = workersNamed(6);
    const owner = assignOne('w.fallback', workers);
    for (const leaver of workers.filter((worker) => worker !== owner)) {
      expect(
        assignOne(
          'w.fallback',
          workers.filter((worker) => worker !== leaver),
        ),
      ).toBe(owner);
    }
  });

  it('is spread: many queues do not all go to one worker', () => {
    const owners = new Set(Array.from({ length: 50 }, (_, n) => assignOne(`w${n}.fallback`, workersNamed(4))));
    expect(owners.size).toBe(4);
  });

  it('of nobody is nobody’s', () => {
    expect(assignOne('w.fallback', [])).toBeUndefined();
  });
});
