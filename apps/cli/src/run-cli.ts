import { findRedisUrl, withDemoJournal } from '@cio-fleet/lifecycle';
import { type Command, CommanderError } from 'commander';
import type { Attach } from './commands/fleet-command.ts';
import { printable } from './format/printable.ts';
import { createProgram, type GlobalOptions } from './program.ts';
import { CliError, usageError } from './session/cli-error.ts';
import type { CommandContext } from './session/command-context.ts';
import { readCliConfig } from './session/config.ts';
import { EXIT_CODES, type ExitCode } from './session/exit-code.ts';
import { createOutput } from './session/output.ts';
import { chooseWorkspace } from './session/workspace-choice.ts';
import { listedWorkspaces } from './session/workspaces.ts';

/** Where the CLI runs. */
export interface CliHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Where a running demo says how to reach it. */
  readonly runFilePath: string;
}

/** Commander's codes for what isn't an error: help or the version were asked for. */
const ANSWERED: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version']);

/** Runs one command line to its exit code. Never throws: whatever goes wrong is a line on stderr. */
export async function runCli(args: readonly string[], host: CliHost): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.ok;
  const attach: Attach = (command, action) =>
    command.action(async () => {
      exitCode = await action(contextFor(command, host), command.processedArgs, command.opts());
    });
  try {
    const program = createProgram(attach);
    for (const command of [program, ...program.commands]) command.configureOutput(outputOf(host));
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, host);
  }
}

function outputOf({ stdout, stderr }: CliHost) {
  return {
    writeOut: (text: string) => void stdout.write(text),
    writeErr: (text: string) => void stderr.write(text),
  };
}

function contextFor(command: Command, { env, stdout, stderr, runFilePath }: CliHost): CommandContext {
  const { json, workspace, color } = command.optsWithGlobals<GlobalOptions>();
  const config = readCliConfig(env);
  return {
    env: withDemoJournal(env, runFilePath),
    config,
    output: createOutput({ stdout, stderr, env, json: json === true, noColor: !color }),
    workspace: chooseWorkspace({ flag: workspace, variable: config.workspace, listed: listedWorkspaces(env) }),
    redisUrl() {
      const found = findRedisUrl(env, runFilePath);
      if (found.ok) return found.redisUrl;
      throw usageError(found.problem);
    },
  };
}

function explain(error: unknown, { stderr, env }: CliHost): ExitCode {
  if (error instanceof CommanderError) return ANSWERED.has(error.code) ? EXIT_CODES.ok : EXIT_CODES.usage;
  if (error instanceof CliError) {
    for (const line of error.message.split('\n')) stderr.write(`fleet: ${printable(line)}\n`);
    return error.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  stderr.write(`fleet: unexpected failure: ${printable(message)}; set LOG_LEVEL=debug to see where\n`);
  if (env.LOG_LEVEL === 'debug' && error instanceof Error) stderr.write(`${error.stack}\n`);
  return EXIT_CODES.failure;
}
