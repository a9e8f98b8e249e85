import { expect, it } from 'vitest';
import { followTiesAtOnce, followTiesIn, type Tie, type TieQuestion } from './follow-ties.ts';

const TIES: readonly Tie[] = [
  { person: 'id:42', alias: 'email:ada@example.com' },
  { person: 'id:42', alias: 'anonymous:a1' },
  { person: 'id:42', alias: 'id:41' },
  { person: 'id:41', alias: 'phone:+1' },
  { person: 'email:ada@example.com', alias: 'session:s1' },
  { person: 'id:7', alias: 'session:s1' },
  { person: 'id:7', alias: 'phone:+1' },
];
const follow = (asked: readonly string[], ties = TIES) =>
  followTiesAtOnce(asked, ({ column, keys }) => ties.filter((tie) => keys.includes(tie[column])));

it.each([['email:ada@example.com'], ['id:42'], ['id:41']])(
  'finds from %s all that a person is known by, whichever way it was tied',
  (asked) => {
    const { persons, aliases } = follow([asked]);
    expect(new Set(persons)).toEqual(new Set(['id:42', 'email:ada@example.com', 'id:41', 'phone:+1']));
    expect(new Set(aliases)).toEqual(new Set(['anonymous:a1', 'session:s1']));
  },
);

it('makes nobody one with who shares a session or a number with them', () => {
  expect(follow(['id:42']).persons).not.toContain('id:7');
  expect(follow(['id:7'])).toEqual({ persons: ['id:7', 'phone:+1'], aliases: ['session:s1'] });
});

it('follows a ring of ties once, and takes what many claim for nobody’s own', () => {
  const ring = [
    { person: 'id:1', alias: 'id:2' },
    { person: 'id:2', alias: 'id:1' },
  ];
  expect(follow(['id:1'], ring)).toEqual({ persons: ['id:1', 'id:2'], aliases: [] });
  const shared = Array.from({ length: 11 }, (_, n) => ({ person: `id:${n}`, alias: 'email:shop@example.com' }));
  expect(follow(['email:shop@example.com'], shared).persons).toEqual(['email:shop@example.com']);
});

it('counts an owner once who is told twice', () => {
  const tie = { person: 'id:42', alias: 'email:ada@example.com' };
  const { persons } = follow(['email:ada@example.com'], Array<Tie>(11).fill(tie));
  expect(persons).toEqual(['email:ada@example.com', 'id:42']);
});

it('follows from what another store has led to only down', async () => {
  const answer = async ({ column, keys }: TieQuestion) => TIES.filter((tie) => keys.includes(tie[column]));
  const reached = ['phone:+1', 'email:ada@example.com', 'anonymous:a2'];
  expect(await followTiesIn(['id:9'], answer, reached)).toEqual({
    persons: ['id:9', 'phone:+1', 'email:ada@example.com'],
    aliases: ['anonymous:a2', 'session:s1'],
  });
});

it('takes an anonymous id for itself alone', () => {
  expect(follow(['anonymous:a1'])).toEqual({ persons: [], aliases: ['anonymous:a1'] });
});
