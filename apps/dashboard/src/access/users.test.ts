import { expect, it } from 'vitest';
import { parseUsers } from './users.ts';

it('reads users from a list', () => {
  expect(parseUsers('ada:secret:operator, bob:pass:with:colons:viewer')).toEqual({
    users: [
      { name: 'ada', password: 'secret', role: 'operator' },
      { name: 'bob', password: 'pass:with:colons', role: 'viewer' },
    ],
    problems: [],
  });
});

it('reads users from lines, with comments', () => {
  expect(parseUsers('# ops\nada:secret:operator\n\n').users).toHaveLength(1);
});

it('tells every bad entry by its number and never by its text', () => {
  const { users, problems } = parseUsers(
    'ada:hunter2,bob:hunter2:root,:hunter2:viewer,eve:hunter2:viewer,eve:x:viewer',
  );
  expect(users.map(({ name }) => name)).toEqual(['eve']);
  expect(problems).toEqual([
    'entry 1: expected user:password:role',
    'entry 2: expected the role to be one of viewer, operator',
    'entry 3: expected user:password:role',
    'entry 5: expected each user once',
  ]);
  expect(problems.join()).not.toContain('hunter2');
});

it('refuses an empty list', () => {
  expect(parseUsers('#').problems).toEqual(['expected at least one user:password:role, got none']);
});
