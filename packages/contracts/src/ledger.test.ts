import { describe, expect, it } from 'vitest';
import { ledgerResidue, readLedger } from './ledger.ts';
import { isWorkspaceName } from './queue-names.ts';
import { queueKeyPrefix, workspaceKeys } from './redis-keys.ts';

describe('ledger', () => {
  it('balances when every accepted operation is settled or waits', () => {
    const ledger = readLedger(
      { accepted: '10', delivered: '4', 'dead-lettered': '1', deduplicated: '1', erased: '1' },
      { 'default.lane.0:operations': '2', 'default.lane.0:bytes': '999', 'default.fallback:operations': '1' },
    );
    expect(ledger).toMatchObject({ accepted: 10, waiting: 3, discarded: 0 });
    expect(ledgerResidue(ledger)).toBe(0);
  });

  it('has a positive residue when operations were lost, a negative one when they were counted twice', () => {
    expect(ledgerResidue(readLedger({ accepted: '5', delivered: '3' }, {}))).toBe(2);
    expect(ledgerResidue(readLedger({ accepted: '1', delivered: '1' }, { 'a:operations': '1' }))).toBe(-1);
  });

  it('is all zeros for a workspace that has none yet', () => {
    expect(ledgerResidue(readLedger({}, {}))).toBe(0);
  });
});

describe('Redis keys', () => {
  it('all keys of a workspace share one hash tag, so that Redis Cluster keeps them in one slot', () => {
    const keys = [...Object.values(workspaceKeys('shop')), queueKeyPrefix('shop', 'shop.lane.0')];
    for (const key of keys) expect(key).toMatch(/^\{cio:shop\}:[a-z]/);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('workspace names', () => {
  it.each(['default', 'eu-1', 'a'.repeat(40)])('%s names a workspace', (name) => {
    expect(isWorkspaceName(name)).toBe(true);
  });

  it.each(['', 'Default', 'a b', 'a'.repeat(41), 'a.b', 'a}b', 'a\n'])('%j names no workspace', (name) => {
    expect(isWorkspaceName(name)).toBe(false);
  });
});
