import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCommandTree } from './completion/command-tree.ts';
import { createProgram } from './program.ts';
import { CLI_VARIABLES } from './session/config.ts';
import { EXIT_CODES } from './session/exit-code.ts';
import { SEND_VERBS } from './verbs/verb-forms.ts';

const docs = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
const tree = readCommandTree(createProgram((command) => command));

/** The text below a heading, to the next one. */
const sections = new Map(
  docs.split(/^## /m).map((text) => {
    const [heading = '', ...lines] = text.split('\n');
    return [heading.replaceAll('`', '').trim(), lines.join('\n')] as const;
  }),
);

/** Options in the first column of the section's tables. */
const documentedOptions = (section: string) =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| `--'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(--[a-z-]+)/g)].map(([, name]) => name))
    .sort();

const optionNames = (options: readonly { readonly names: readonly string[] }[]) =>
  options.flatMap(({ names }) => names).sort();

describe('docs/cli.md', () => {
  it('documents exactly the commands that there are, with their arguments', () => {
    const usages = tree.commands.map((command) => ['fleet', command.name, ...command.arguments].join(' '));
    expect([...sections.keys()].filter((heading) => heading.startsWith('fleet '))).toEqual(usages);
  });

  it.each(tree.commands.map((command) => [command.name, command] as const))(
    'documents exactly the options of %s',
    (_name, command) => {
      const section = sections.get(['fleet', command.name, ...command.arguments].join(' ')) ?? '';
      expect(documentedOptions(section)).toEqual(optionNames(command.options));
    },
  );

  it('documents exactly the options of every command', () => {
    expect(documentedOptions(sections.get('Options of every command') ?? '')).toEqual(optionNames(tree.globalOptions));
  });

  it('documents every exit code, verb and variable', () => {
    const codes = [...docs.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT_CODES));
    for (const verb of SEND_VERBS) expect(docs).toContain(`\`${verb}\``);
    for (const variable of CLI_VARIABLES) expect(docs).toContain(`\`${variable}\``);
  });
});
