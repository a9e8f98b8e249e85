import { describe, expect, it } from 'vitest';
import { chooseWorkspace } from './workspace-choice.ts';

const none = { flag: undefined, variable: undefined, listed: [] };

describe('the workspace of a command', () => {
  it.each([
    ['is default without anything said', none, 'default'],
    ['is that of the flag before the variable', { ...none, flag: 'shop', variable: 'blog' }, 'shop'],
    ['is that of the variable before the default', { ...none, variable: 'blog' }, 'blog'],
    ['is the only one listed', { ...none, listed: ['shop'] }, 'shop'],
    ['is default where several are listed and default is among them', { ...none, listed: ['a', 'default'] }, 'default'],
  ])('%s', (_title, sources, expected) => {
    expect(chooseWorkspace(sources)).toBe(expected);
  });

  it.each([
    ['a name that no workspace can have', { ...none, flag: 'A b' }, /--workspace: expected a name/],
    ['a name that is not listed', { ...none, variable: 'x', listed: ['a', 'b'] }, /CIO_FLEET_WORKSPACE: .*one of a, b/],
    ['a choice of several', { ...none, listed: ['a', 'b'] }, /several; use one of a, b/],
  ])('is refused for %s', (_title, sources, expected) => {
    expect(() => chooseWorkspace(sources)).toThrow(expected);
  });
});
