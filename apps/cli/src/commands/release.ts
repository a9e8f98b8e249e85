import { auditedFilter, readFleetState, releaseBrakes } from '@cio-fleet/lanes';
import { plural } from '../format/numbers.ts';
import { recordChange } from '../session/audit.ts';
import { CliError, usageError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';

interface ReleaseOptions {
  readonly all?: true;
}

export const addReleaseCommand: AddCommand = (program, attach) => {
  const command = program
    .command('release')
    .summary('end a hold or a discard')
    .description(
      'Ends a brake. What it held is sent within seconds, in order, unless another one holds it too. ' +
        'Discards end by themselves; to end one early, name it.',
    )
    .argument('[brake]', 'its id; see: fleet brakes')
    .option('--all', 'end all holds');
  attach<ReleaseOptions>(command, release);
};

async function release(
  { workspace, redisUrl, output }: CommandContext,
  [id]: readonly (string | undefined)[],
  { all }: ReleaseOptions,
): Promise<ExitCode> {
  if ((id === undefined) !== (all === true)) {
    throw usageError('expected the id of a brake, or --all, and not both; see: fleet brakes');
  }
  return withRedis(redisUrl(), async (redis) => {
    const { brakes } = await readFleetState(redis, workspace);
    // Never discards by the way: what was to be dropped, and is held still, would be sent.
    const meant = brakes.filter((brake) => (all === true ? brake.kind === 'hold' : brake.id === id?.toUpperCase()));
    const released = await releaseBrakes(
      redis,
      workspace,
      meant.map((brake) => brake.id),
    );
    if (released === 0) {
      throw new CliError(
        EXIT_CODES.notFound,
        `no such ${all === true ? 'hold' : 'brake'} in workspace ${workspace}; see: fleet brakes`,
      );
    }
    const detail = meant.map((brake) => `${brake.kind} ${brake.id} ${auditedFilter(brake.filter)}`).join(', ');
    await recordChange(redis, workspace, { action: 'release', detail, result: 'ok' });
    output.result({ workspace, released: meant }, () => `${plural(released, 'brake')} released`);
    return EXIT_CODES.ok;
  });
}
