import { expect, it } from 'vitest';
import { type RouteFacts, spoolRoute } from './spool-route.ts';

const calm: RouteFacts = {
  isOpening: false,
  canAppend: true,
  hasRedisTime: true,
  isAlways: false,
  isTroubled: false,
  open: 0,
};

it.each([
  ['goes direct while nothing is spooled and Redis is fine', {}, 'direct'],
  ['waits until it is known what former runs left', { isOpening: true }, 'wait'],
  ['goes to the spool once Redis makes trouble', { isTroubled: true }, 'spool'],
  ['goes to the spool at all times in the mode always', { isAlways: true }, 'spool'],
  ['waits in the mode always until Redis tells its time', { isAlways: true, hasRedisTime: false }, 'wait'],
  ['waits behind a backlog until Redis tells its time', { open: 1_001, hasRedisTime: false }, 'wait'],
  ['goes to the spool without it once Redis makes trouble', { isTroubled: true, hasRedisTime: false }, 'spool'],
  ['goes direct without it while nothing is spooled', { hasRedisTime: false }, 'direct'],
  ['goes to the spool behind a backlog', { open: 1_001 }, 'spool'],
  ['waits for the last thousand of a backlog', { open: 1_000 }, 'wait'],
  ['goes direct when the disk refuses and nothing is spooled', { canAppend: false, isTroubled: true }, 'direct'],
  ['goes direct in the mode always, too, when the disk refuses', { canAppend: false, isAlways: true }, 'direct'],
  ['waits behind a backlog when the disk refuses', { canAppend: false, isTroubled: true, open: 1 }, 'wait'],
] as const)('%s', (_title, facts, route) => {
  expect(spoolRoute({ ...calm, ...facts })).toBe(route);
});
