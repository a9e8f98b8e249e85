import { readCircuitOverride, readFleetState, setCircuitOverride } from '@cio-fleet/lanes';
import { Argument } from 'commander';
import { recordChange } from '../session/audit.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';

/** The word that gives the breakers back to themselves. */
const AUTOMATIC = 'auto';

export const addBreakerCommand: AddCommand = (program, attach) => {
  const command = program
    .command('breaker')
    .summary('show the breakers, or hold them open or closed')
    .description(
      'Shows the circuit of the workspace, or holds every breaker open (nothing is sent, operations go to fallback) or ' +
        `closed (everything is sent, whatever happens), until ${AUTOMATIC}. Workers notice within a second.`,
    )
    .addArgument(new Argument('[state]', 'what to hold them in').choices(['open', 'closed', AUTOMATIC]))
    .option('--reason <text>', 'why, for the audit log');
  attach<{ readonly reason?: string }>(command, breaker);
};

async function breaker(
  { workspace, redisUrl, output }: CommandContext,
  [wanted]: readonly (string | undefined)[],
  { reason }: { readonly reason?: string },
): Promise<ExitCode> {
  const value = await withRedis(redisUrl(), async (redis) => {
    if (wanted !== undefined) {
      await setCircuitOverride(redis, workspace, wanted === 'open' || wanted === 'closed' ? wanted : undefined);
      const detail = reason === undefined ? wanted : `${wanted}: ${reason}`;
      await recordChange(redis, workspace, { action: 'breaker', detail, result: 'ok' });
    }
    const [override, { circuit }] = await Promise.all([
      readCircuitOverride(redis, workspace),
      readFleetState(redis, workspace),
    ]);
    return { workspace, override: override ?? null, state: circuit.state, since: circuit.since };
  });
  output.result(value, () => describeBreaker(value));
  return EXIT_CODES.ok;
}

/** The breakers for people. */
export function describeBreaker({
  override,
  state,
}: {
  readonly override: string | null;
  readonly state: string;
}): string {
  if (override === null) return `circuit ${state}; the breakers decide by themselves`;
  return `circuit ${state}; held ${override} by an operator until: fleet breaker ${AUTOMATIC}`;
}
