import { describe, expect, it } from 'vitest';
import { MUTANTS } from '../chaos/mutants.ts';
import { createPatchedTree } from '../rig/patched-tree.ts';

describe('the checker is tested too: a fleet with a mistake fails its run', () => {
  it.each(MUTANTS)('$name', { timeout: 120_000 }, async ({ patches, run }) => {
    const tree = createPatchedTree(patches);
    try {
      expect(await run(tree.workerEntry)).not.toEqual([]);
    } finally {
      tree.remove();
    }
  });

  it('and one without a mistake passes the same run', { timeout: 120_000 }, async () => {
    expect(await MUTANTS.find(({ name }) => name.startsWith('a move in two steps'))?.run()).toEqual([]);
  });

  it('a mistake that no longer fits the code is told, and not taken for one that was noticed', () => {
    const patch = { file: 'packages/lanes/src/membership.ts', find: 'no such text', replace: '' };
    expect(() => createPatchedTree([patch])).toThrow('found it 0 times');
  });
});
