import { describe, expect, it } from 'vitest';
import { parseChaosOptions } from './options.ts';

const parse = (...args: string[]) => {
  const parsed = parseChaosOptions(args, 77);
  return parsed.ok ? parsed.options : parsed.problem;
};

describe('the options of npm run chaos', () => {
  it('are a minute of random faults with any seed, unless told otherwise', () => {
    const defaults = { seeds: [77], minutes: 1, json: false, perSecond: 500 };
    expect(parse()).toEqual({ ...defaults, only: undefined, drill: undefined, soakMinutes: undefined });
  });

  it('take one seed or a range of them', () => {
    expect(parse('--seed', '5', '--minutes', '0.5', '--json')).toMatchObject({ seeds: [5], minutes: 0.5, json: true });
    expect(parse('--seeds', '3-6', '--only', 'redis')).toMatchObject({ seeds: [3, 4, 5, 6], only: 'redis' });
  });

  it('name a drill of fixed course', () => {
    expect(parse('--drill', 'redis-down')).toMatchObject({ drill: 'redis-down', only: undefined });
  });

  it('run a soak at twice the rate', () => {
    expect(parse('--soak', '30')).toMatchObject({ soakMinutes: 30, perSecond: 1000 });
  });

  it.each([
    ['--seed', 'x'],
    ['--seeds', '6-3'],
    ['--seeds', '3'],
    ['--minutes', '0'],
    ['--soak', '-1'],
    ['--per-second', 'many'],
    ['--unknown', '1'],
  ])('say what was expected of %s %s', (...args) => {
    expect(parse(...args)).toMatch(/usage: npm run chaos/);
  });
});
