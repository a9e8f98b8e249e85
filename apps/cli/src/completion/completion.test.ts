import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../program.ts';
import { bashCompletion } from './bash.ts';
import { readCommandTree } from './command-tree.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';

const tree = readCommandTree(createProgram((command) => command));

/** What bash offers for a line whose last word is being typed. */
function complete(...words: string[]): string[] {
  const script = `${bashCompletion(tree)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _fleet; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['-c', script, 'bash', 'fleet', ...words], { encoding: 'utf8' });
  return output.trim().split('\n');
}

describe('completion in bash', () => {
  it.each([
    [['re'], ['redrive', 'release']],
    [['redrive', '--d'], ['--dry-run']],
    [['--workspace', 'send', 'rat'], ['rate']],
    [
      ['send', 'track'],
      ['track', 'trackAnonymous'],
    ],
    [['completion', 'b'], ['bash']],
    [['status', '--j'], ['--json']],
  ])('of %j offers %j', (words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });
});

describe('completion in other shells', () => {
  it('quotes descriptions, so that none ends a string', () => {
    for (const script of [zshCompletion(tree), fishCompletion(tree)]) {
      for (const line of script.split('\n')) expect((line.match(/(?<!\\)'/g) ?? []).length % 2).toBe(0);
    }
  });
});
