import { describe, expect, it } from 'vitest';
import { hasCommit, NO_HISTORY } from '../rig/old-tree.ts';
import { problemsOfRollingUpgrade, rollingUpgrade } from './rolling-upgrade.ts';
import { UPGRADED_FROM } from './upgraded-from.ts';

const from = UPGRADED_FROM[0];
const isPossible = hasCommit(from);

describe.skipIf(!isPossible)(`an upgrade while traffic flows${isPossible ? '' : ` (skipped: ${NO_HISTORY})`}`, () => {
  it('loses, repeats and reorders nothing with old and new workers and producers side by side', {
    timeout: 90_000,
  }, async () => {
    const result = await rollingUpgrade({ seed: 8, from, stepSeconds: 1, perSecond: 400 });
    expect(problemsOfRollingUpgrade(result)).toEqual([]);
  });
});
