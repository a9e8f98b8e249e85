import { type FleetState, readFleetState } from '@cio-fleet/lanes';
import type { Environment } from '@cio-fleet/lifecycle';
import { checkRedis } from '@cio-fleet/redis';
import { variable } from '@cio-fleet/workspaces';
import { checkCredentials } from '../doctor/check-credentials.ts';
import { readFences } from '../doctor/fence-state.ts';
import { type Finding, fail, ok } from '../doctor/finding.ts';
import { judgeFleet } from '../doctor/judge-fleet.ts';
import { doctorLines } from '../format/doctor-view.ts';
import { printable } from '../format/printable.ts';
import { CliError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { redisPlace } from '../session/redis-problem.ts';
import { withRedis } from '../session/redis-session.ts';
import { configuredOutlines } from '../session/workspaces.ts';
import type { AddCommand } from './fleet-command.ts';

export const addDoctorCommand: AddCommand = (program, attach) => {
  const command = program
    .command('doctor')
    .summary('find what is wrong, and what to do')
    .description(
      'Checks Redis, lanes, workers, ledger and credentials, with a remedy for each finding. Exit code 5 when one must be mended.',
    );
  attach<object>(command, doctor);
};

async function doctor({ env, config, workspace, redisUrl, output }: CommandContext): Promise<ExitCode> {
  const url = redisUrl();
  const findings = [
    ...(await examineRedis(url, workspace, env)),
    await checkCredentials({ env, workspace, requestTimeoutMs: config.requestTimeoutMs }),
  ];
  const isHealthy = findings.every(({ level }) => level !== 'fail');
  output.result({ workspace, healthy: isHealthy, findings }, () => doctorLines(findings, output.paint).join('\n'));
  return isHealthy ? EXIT_CODES.ok : EXIT_CODES.unhealthy;
}

async function examineRedis(url: string, workspace: string, env: Environment): Promise<readonly Finding[]> {
  try {
    return await withRedis(url, async (redis) => {
      // The environment decides what is refused, not what is found.
      const { findings } = await checkRedis(redis, { environment: 'development' });
      const state: FleetState = await readFleetState(redis, workspace);
      const fences = await readFences(redis, workspace, state.lanes.length);
      return [
        ok('Redis', `answers at ${redisPlace(url)}`),
        ...findings.map((finding) => ({ ...finding, found: printable(finding.found) })),
        ...judgeFleet({ state, fences, configuredLanes: configuredLanes(env, workspace) }),
      ];
    });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // Without Redis there is nothing else to look at but the credentials.
    const [found = error.message, remedy = 'start it, or correct REDIS_URL'] = error.message.split('; ');
    return [fail('Redis', found, remedy)];
  }
}

/** The number of lanes, where this environment says one: a default is no configuration. */
function configuredLanes(env: Environment, workspace: string): number | undefined {
  if (variable(env, 'CIO_FLEET_LANES') === undefined && variable(env, 'CIO_FLEET_WORKSPACES') === undefined)
    return undefined;
  return configuredOutlines(env).find(({ name }) => name === workspace)?.lanes;
}
