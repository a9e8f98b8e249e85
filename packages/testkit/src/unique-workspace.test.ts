import { expect, it } from 'vitest';
import { uniqueWorkspace } from './unique-workspace.ts';

it('gives names that are valid for a workspace and never repeat', () => {
  const names = Array.from({ length: 1_000 }, () => uniqueWorkspace('lanes'));
  expect(new Set(names).size).toBe(1_000);
  expect(names.every((name) => /^[a-z0-9-]{1,40}$/.test(name))).toBe(true);
});
