import { readFleetState } from '@cio-fleet/lanes';
import { brakeLines } from '../format/brake-list.ts';
import { plural } from '../format/numbers.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';

export const addBrakesCommand: AddCommand = (program, attach) => {
  const command = program
    .command('brakes')
    .summary('list what operators hold and discard')
    .description(
      'Lists the brakes in force: which operations they mean, who set them and why, and how many they stopped.',
    );
  attach<object>(command, brakes);
};

async function brakes({ workspace, redisUrl, output }: CommandContext): Promise<ExitCode> {
  const state = await withRedis(redisUrl(), (redis) => readFleetState(redis, workspace));
  const { operations, persons } = state.parked;
  if (output.json) {
    output.value({ workspace, brakes: state.brakes, parked: { operations, persons } });
    return EXIT_CODES.ok;
  }
  if (state.brakes.length === 0) output.note(`no brakes in workspace ${workspace}`);
  else for (const line of brakeLines(state.brakes, state.at)) output.data(line);
  if (operations > 0) output.note(`${plural(operations, 'operation')} of ${plural(persons, 'person')} parked`);
  return EXIT_CODES.ok;
}
