import { describe, expect, it } from 'vitest';
import { problemsOfRestore, type RestoreOptions, restoreFromCopy } from './restore.ts';

const COURSE: RestoreOptions = { seed: 5, beforeSeconds: 1, ageSeconds: 2, perSecond: 400 };

describe('when Redis is lost and the fleet goes on with a copy of its log that was made under traffic', () => {
  it('nothing is lost with spools that keep operations for longer than the copy is old', {
    timeout: 90_000,
  }, async () => {
    const options = { ...COURSE, retainMs: 60_000 };
    const result = await restoreFromCopy(options);
    expect(problemsOfRestore(result, options)).toEqual([]);
    expect(result).toMatchObject({ lost: 0, lostByRedis: 0 });
  });

  it('what was accepted after the copy is lost without a spool, and nothing else', { timeout: 90_000 }, async () => {
    expect(problemsOfRestore(await restoreFromCopy(COURSE), COURSE)).toEqual([]);
  });
});
