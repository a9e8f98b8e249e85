import { describe, expect, it } from 'vitest';
import { createRandom } from '../test/model/random.ts';
import { continueIsolation, type Isolation, isolationLeft, resumeIsolation } from './isolation.ts';

interface Search {
  readonly condemned: readonly number[];
  readonly delivered: readonly number[];
  readonly starts: number;
}

/**
 * A whole search, worker after worker, as `runIsolated` drives it: the slice is noted, then tried; who dies leaves the
 * note behind, and what went through before is settled.
 */
function search(operations: number, dies: (slice: readonly number[]) => boolean): Search {
  let left: Isolation | undefined;
  const waiting = Array.from({ length: operations }, (_, index) => index);
  const condemned: number[] = [];
  const delivered: number[] = [];
  let starts = 0;
  while (waiting.length > 0) {
    starts += 1;
    if (starts > 5000) throw new Error('The search does not end.');
    let step = resumeIsolation(left, waiting.length);
    let alive = true;
    while (alive && step.kind !== 'done') {
      if (step.kind === 'condemn') {
        condemned.push(...waiting.splice(0, 1));
        left = undefined;
        step = continueIsolation(1, waiting.length);
        continue;
      }
      left = step.isolation;
      const slice = waiting.slice(0, left.size);
      if (dies(slice)) {
        alive = false;
        continue;
      }
      delivered.push(...waiting.splice(0, left.size));
      step = continueIsolation(left.size, waiting.length);
    }
  }
  return { condemned, delivered, starts };
}

describe('the search for an operation that kills its worker', () => {
  it('condemns the killer at any position of 200, and nobody else', () => {
    for (let killer = 0; killer < 200; killer += 1) {
      const { condemned, delivered } = search(200, (slice) => slice.includes(killer));
      expect(condemned).toEqual([killer]);
      expect(delivered).toHaveLength(199);
    }
  });

  it('condemns the killer of a batch of any size from 1 to 200', () => {
    for (let size = 1; size <= 200; size += 1) {
      const killer = Math.floor(size / 2);
      expect(search(size, (slice) => slice.includes(killer)).condemned).toEqual([killer]);
    }
  });

  it('keeps the order of what it delivers', () => {
    const { delivered } = search(100, (slice) => slice.includes(37));
    expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
  });

  it('takes few deaths: two halvings of a thousand and three strikes', () => {
    for (const killer of [0, 1, 499, 500, 998, 999]) {
      expect(search(1000, (slice) => slice.includes(killer)).starts).toBeLessThanOrEqual(2 * 10 + 3);
    }
  });

  it('finds several killers', () => {
    const killers = [3, 50, 51, 99];
    expect(search(100, (slice) => killers.some((killer) => slice.includes(killer))).condemned).toEqual(killers);
  });

  it('condemns nobody when workers are killed at random, less than three times in a row', () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = createRandom(seed);
      let inARow = 0;
      const { condemned } = search(1 + random.below(200), () => {
        inARow = inARow < 2 && random.chance(0.4) ? inARow + 1 : 0;
        return inARow > 0;
      });
      expect(condemned).toEqual([]);
    }
  });
});

describe('a slice', () => {
  it.each([
    { what: 'starts with half', left: undefined, remaining: 9, size: 5, strikes: 0 },
    {
      what: 'is halved when its worker died',
      left: { size: 5, trying: true, strikes: 0 },
      remaining: 9,
      size: 3,
      strikes: 0,
    },
    {
      what: 'keeps its size when its worker stopped without dying of it',
      left: { size: 5, trying: false, strikes: 0 },
      remaining: 9,
      size: 5,
      strikes: 0,
    },
    {
      what: 'of one operation is tried again after the first death',
      left: { size: 1, trying: true, strikes: 0 },
      remaining: 9,
      size: 1,
      strikes: 1,
    },
    {
      what: 'is never larger than what is left',
      left: { size: 8, trying: false, strikes: 0 },
      remaining: 3,
      size: 3,
      strikes: 0,
    },
  ])('$what', ({ left, remaining, size, strikes }) => {
    expect(resumeIsolation(left, remaining)).toEqual({ kind: 'try', isolation: { size, trying: true, strikes } });
  });

  it('grows after a success, because killers are rare', () => {
    expect(continueIsolation(4, 20)).toMatchObject({ isolation: { size: 8 } });
  });

  it('of one operation that killed three workers is the killer', () => {
    expect(resumeIsolation({ size: 1, trying: true, strikes: 2 }, 5)).toEqual({ kind: 'condemn' });
  });
});

describe('what a run leaves to the next one', () => {
  const left: Isolation = { size: 1, trying: true, strikes: 2, stalls: 4, front: 'a' };

  it('counts as a death when the head has stalled since', () => {
    expect(isolationLeft(left, { stalls: 5, front: 'a' })).toEqual(left);
    expect(resumeIsolation(isolationLeft(left, { stalls: 5, front: 'a' }), 3)).toEqual({ kind: 'condemn' });
  });

  it('is no death when the run ended by an error of ours, and keeps the strikes', () => {
    const step = resumeIsolation(isolationLeft(left, { stalls: 4, front: 'a' }), 3);
    expect(step).toEqual({ kind: 'try', isolation: { size: 1, trying: true, strikes: 2 } });
  });

  it('never passes the strikes of an operation that has left on to its successor', () => {
    const step = resumeIsolation(isolationLeft(left, { stalls: 5, front: 'b' }), 3);
    expect(step).toEqual({ kind: 'try', isolation: { size: 1, trying: true, strikes: 0 } });
  });
});
