import type { BrakeFilter, Verb } from '@cio-fleet/contracts';
import { personKeys } from '@cio-fleet/lanes';
import type { Command } from 'commander';
import { usageError } from '../session/cli-error.ts';
import { pointInTime } from '../session/option-parsers.ts';
import { knownOperationVerb } from './filter-options.ts';

/** What narrows a brake on the command line. */
export interface BrakeFilterOptions {
  readonly name?: string;
  readonly verb?: Verb;
  readonly source?: string;
  readonly person?: string;
  readonly since?: number;
  readonly until?: number;
}

/** Adds the options that say which operations a brake means. */
export function addBrakeFilterOptions(command: Command): Command {
  return command
    .option('--name <name>', 'only this event, page or screen')
    .option('--verb <verb>', 'only this verb, such as track', knownOperationVerb)
    .option('--source <source>', 'only from this service')
    .option('--person <person>', 'only this person: 42, email:…, phone:…, cio_id:…')
    .option('--since <time>', 'only accepted from this time on: 15m, 2h, 3d ago, ISO 8601 or unix seconds', pointInTime)
    .option('--until <time>', 'only accepted before this time', pointInTime);
}

/**
 * The filter that the options mean.
 *
 * @throws CliError (exit code 2) when there is none: to stop everything is what the breaker is for
 */
export function brakeFilterOf({ name, verb, source, person, since, until }: BrakeFilterOptions): BrakeFilter {
  const filter: BrakeFilter = {
    ...(name !== undefined && { name }),
    ...(verb !== undefined && { verb }),
    ...(source !== undefined && { source }),
    ...(person !== undefined && { person: oneKeyOf(person) }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
  if (Object.keys(filter).length > 0) return filter;
  throw usageError(
    'expected at least one of --name, --verb, --source, --person, --since, --until; to send nothing at all: fleet breaker open',
  );
}

/** A brake is set on one key: whoever types a bare address or number must say what it is. */
function oneKeyOf(person: string): string {
  const keys = personKeys(person);
  const [key] = keys;
  if (keys.length === 1 && key !== undefined) return key;
  throw usageError(`--person: expected ${keys.join(' or ')}, got ${person}; say which`);
}
