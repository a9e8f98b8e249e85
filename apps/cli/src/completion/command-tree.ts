import type { Command, Option } from 'commander';

/** An option, as completion and documentation need it. */
export interface TreeOption {
  /** All its names, e.g. `--verb` and `--action`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
}

/** A command of the program. */
export interface TreeCommand {
  readonly name: string;
  readonly summary: string;
  /** Its arguments as in its usage: `<verb> <person> [name]`. */
  readonly arguments: readonly string[];
  /** What the first argument may be, where that is a fixed list. */
  readonly choices: readonly string[];
  readonly options: readonly TreeOption[];
}

/** All commands, and the options that every one of them takes. */
export interface CommandTree {
  readonly name: string;
  readonly globalOptions: readonly TreeOption[];
  readonly commands: readonly TreeCommand[];
}

/** Reads the tree out of commander. */
export function readCommandTree(program: Command): CommandTree {
  return {
    name: program.name(),
    globalOptions: program.options.map(treeOption),
    commands: program.commands.map((command) => ({
      name: command.name(),
      summary: command.summary() || command.description(),
      arguments: command.registeredArguments.map((argument) => {
        const name = argument.name();
        return argument.required ? `<${name}>` : `[${name}]`;
      }),
      choices: command.registeredArguments[0]?.argChoices ?? [],
      options: command.options.map(treeOption),
    })),
  };
}

function treeOption(option: Option): TreeOption {
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    takesValue: option.required || option.optional,
  };
}
