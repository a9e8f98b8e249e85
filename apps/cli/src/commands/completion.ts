import { Argument } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { readCommandTree } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import type { AddCommand } from './fleet-command.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

const HOW = `
Examples:
  source <(fleet completion bash)
  fleet completion zsh > "\${fpath[1]}/_fleet"
  fleet completion fish > ~/.config/fish/completions/fleet.fish`;

export const addCompletionCommand: AddCommand = (program, attach) => {
  const command = program
    .command('completion')
    .summary('print a completion script')
    .description('Prints a script that completes commands and options in a shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', HOW);
  attach<object>(command, async ({ output }: CommandContext, [shell]): Promise<ExitCode> => {
    const script = SHELLS[shell as keyof typeof SHELLS](readCommandTree(program));
    output.result({ shell, script }, () => script);
    return EXIT_CODES.ok;
  });
};
