import { describe, expect, it } from 'vitest';
import { judgeSuspicion, type Suspicion } from './suspicion.ts';

const judge = (before: Suspicion, isStuck: boolean, nowMs: number) =>
  judgeSuspicion({ before, isStuck, nowMs, limitMs: 100 });

describe('something that may be stuck', () => {
  it('is suspected from the first look on', () => {
    expect(judge({}, true, 5)).toEqual({ suspicion: { stuckSinceMs: 5 }, action: 'none' });
    expect(judge({ stuckSinceMs: 5 }, true, 104)).toEqual({ suspicion: { stuckSinceMs: 5 }, action: 'none' });
  });

  it('is mended when it stays stuck for the limit', () => {
    expect(judge({ stuckSinceMs: 5 }, true, 105)).toEqual({
      suspicion: { stuckSinceMs: 105, mendedAtMs: 105 },
      action: 'mend',
    });
  });

  it('is no longer suspected once it moves', () => {
    expect(judge({ stuckSinceMs: 5 }, false, 104)).toEqual({ suspicion: {}, action: 'none' });
  });

  it('has another limit after it was mended, then it is given up', () => {
    const mended = { stuckSinceMs: 105, mendedAtMs: 105 };
    expect(judge(mended, true, 204).action).toBe('none');
    expect(judge(mended, true, 205).action).toBe('give-up');
  });

  it('is given up when it moves after a mend only to stop again soon', () => {
    const moving = judge({ stuckSinceMs: 105, mendedAtMs: 105 }, false, 110).suspicion;
    const again = judge(moving, true, 900).suspicion;
    expect(judge(again, true, 1000).action).toBe('give-up');
  });

  it('is mended anew when the last mend is long ago', () => {
    const moving = judge({ stuckSinceMs: 105, mendedAtMs: 105 }, false, 1106).suspicion;
    expect(moving).toEqual({});
    expect(judge({ stuckSinceMs: 2000, mendedAtMs: 105 }, true, 2100).action).toBe('mend');
  });
});
