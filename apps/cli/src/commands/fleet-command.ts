import type { Command } from 'commander';
import type { CommandAction } from '../session/command-context.ts';

/** Puts an action behind a command: the context is made, and the exit code kept, by whoever runs the program. */
export type Attach = <Options extends object>(command: Command, action: CommandAction<Options>) => Command;

/** Adds one command to the program. */
export type AddCommand = (program: Command, attach: Attach) => void;
