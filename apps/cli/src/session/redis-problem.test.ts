import { describe, expect, it } from 'vitest';
import { redisPlace, redisProblem } from './redis-problem.ts';

const url = 'redis://fleet:s3cret@redis.internal:6380/2';
const withCode = (code: string) => Object.assign(new Error('connect failed'), { code });
const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

describe('the line for a Redis that fails', () => {
  it.each([
    [
      'names host and port when nothing listens',
      withCode('ECONNREFUSED'),
      1,
      /redis\.internal:6380: .*nothing listens/,
    ],
    ['tells an unknown host', withCode('ENOTFOUND'), 1, /no such host/],
    ['tells a lost connection', new Error('Connection is closed.'), 1, /does not answer.*start it/],
    ['tells a wrong password', reply('WRONGPASS invalid username-password pair'), 4, /refuses the user or password/],
    ['tells a missing password', reply('NOAUTH Authentication required.'), 4, /credentials in REDIS_URL/],
    [
      'tells a missing right',
      reply("NOPERM this user has no permissions to run the 'hset' command"),
      4,
      /lacks a right/,
    ],
    ['tells a Redis that loads', reply('LOADING Redis is loading the dataset in memory'), 1, /can't serve now/],
    ['tells any other refusal', reply('ERR unknown command'), 1, /refused a command/],
    ['reads the code of several addresses', new AggregateError([withCode('ECONNREFUSED')]), 1, /nothing listens/],
  ])('%s', (_title, error, exitCode, expected) => {
    const problem = redisProblem(error, url);
    expect(problem?.message).toMatch(expected);
    expect(problem?.exitCode).toBe(exitCode);
    expect(problem?.message).not.toContain('s3cret');
    expect(problem?.message).not.toContain('\n');
  });

  it('is none for errors of another kind', () => {
    expect(redisProblem(new TypeError('x is not a function'), url)).toBeUndefined();
  });
});

describe('the place of a Redis', () => {
  it.each([
    ['redis://:pw@10.0.0.1', '10.0.0.1:6379'],
    ['rediss://h:1', 'h:1'],
    ['/run/redis.sock', '/run/redis.sock'],
    ['localhost:7000', 'localhost:7000'],
  ])('of %s is %s', (address, place) => {
    expect(redisPlace(address)).toBe(place);
  });
});
