import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { EventIds } from './event-ids.ts';
import { UlidSet } from './ulid-set.ts';

describe('UlidSet', () => {
  it('tells 50,000 new ULIDs from their repeats, through every growth', () => {
    const set = new UlidSet();
    const ids = Array.from({ length: 50_000 }, () => ulid());
    expect(ids.filter((id) => set.add(id) !== 'new')).toEqual([]);
    expect(ids.filter((id) => set.add(id) !== 'repeat')).toEqual([]);
    expect(set.size).toBe(50_000);
  });

  it('takes the lowest and the highest ULID', () => {
    const set = new UlidSet();
    for (const id of ['0'.repeat(26), `7${'Z'.repeat(25)}`, `0${'0'.repeat(24)}1`]) {
      expect([set.has(id), set.add(id), set.add(id), set.has(id)]).toEqual([false, 'new', 'repeat', true]);
    }
  });

  it('reads both cases of a digit as one', () => {
    const set = new UlidSet();
    set.add('01HB4HBDKTFWYZCK01DMRSWRFD');
    expect(set.add('01hb4hbdktfwyzck01dmrswrfd')).toBe('repeat');
  });

  it.each(['', 'message-1', `8${'0'.repeat(25)}`, '01HB4HBDKTFWYZCK01DMRSWRFU', 'é'.repeat(26), '0'.repeat(27)])(
    'calls %j no ULID',
    (id) => {
      expect(new UlidSet().add(id)).toBe('not-a-ulid');
    },
  );
});

describe('EventIds', () => {
  it('knows at least half of its bound, and forgets what is older than the whole', () => {
    const ids = Array.from({ length: 30 }, () => ulid());
    const known = new EventIds(20);
    for (const id of ids) known.add(id);
    expect(ids.slice(-10).map((id) => known.add(id))).toEqual(new Array(10).fill('repeat'));
    expect(known.add(ids[0] as string)).toBe('new');
  });
});
