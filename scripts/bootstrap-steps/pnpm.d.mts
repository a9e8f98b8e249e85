/** A command with its first arguments and its environment. */
export interface PnpmCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** How to run pnpm in the project's version, on the machine's own Node. */
export function pnpmCommand(root: string): PnpmCommand;
