import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAbusersCommand } from './commands/abusers.ts';
import { addBrakesCommand } from './commands/brakes.ts';
import { addBreakerCommand } from './commands/breaker.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDeadLettersCommand } from './commands/dead-letters.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addErrorsCommand } from './commands/errors.ts';
import type { AddCommand, Attach } from './commands/fleet-command.ts';
import { addForgetCommand } from './commands/forget.ts';
import { addDiscardCommand, addHoldCommand } from './commands/hold-and-discard.ts';
import { addImportCommand } from './commands/import.ts';
import { addJournalCommand } from './commands/journal.ts';
import { addLanesCommand } from './commands/lanes.ts';
import { addNotesCommand } from './commands/notes.ts';
import { addPersonCommand } from './commands/person.ts';
import { addRateCommand } from './commands/rate.ts';
import { addRedriveCommand } from './commands/redrive.ts';
import { addReleaseCommand } from './commands/release.ts';
import { addSendCommand } from './commands/send.ts';
import { addSourcesCommand } from './commands/sources.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTailCommand } from './commands/tail.ts';

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly json?: true;
  readonly workspace?: string;
  /** False with `--no-color`. */
  readonly color: boolean;
}

const COMMANDS: readonly AddCommand[] = [
  addSendCommand,
  addImportCommand,
  addStatusCommand,
  addDeadLettersCommand,
  addRedriveCommand,
  addRateCommand,
  addBreakerCommand,
  addLanesCommand,
  addHoldCommand,
  addDiscardCommand,
  addReleaseCommand,
  addBrakesCommand,
  addPersonCommand,
  addNotesCommand,
  addErrorsCommand,
  addSourcesCommand,
  addTailCommand,
  addForgetCommand,
  addJournalCommand,
  addAbusersCommand,
  addDoctorCommand,
  addCompletionCommand,
];

const EXIT_CODES_HELP = `
Exit codes: 0 ok, 1 failure, 2 usage or configuration, 3 not found, 4 auth, 5 unhealthy.
Redis is REDIS_URL, else that of the running demo.`;

/** The `fleet` program; `attach` decides how an action is run. */
export function createProgram(attach: Attach): Command {
  const program = new Command('fleet')
    .description('Sends operations to Customer.io through the fleet, and looks after it.')
    .version(readVersion(), '--version', 'print the version')
    .option('--json', 'print JSON: one object, or one line for each')
    .option('--workspace <name>', 'the workspace (default: CIO_FLEET_WORKSPACE, else default)')
    .option('--no-color', 'no colours; also NO_COLOR and TERM=dumb')
    .addHelpText('after', EXIT_CODES_HELP)
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .exitOverride();
  for (const addCommand of COMMANDS) addCommand(program, attach);
  for (const command of program.commands) {
    command
      .copyInheritedSettings(program)
      .allowExcessArguments(false)
      .showHelpAfterError(`(see: fleet ${command.name()} --help)`);
  }
  return program;
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
