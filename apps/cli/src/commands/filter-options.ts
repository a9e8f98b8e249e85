import type { Verb } from '@cio-fleet/contracts';
import type { DeadLetterFilter } from '@cio-fleet/lanes';
import { type Command, InvalidArgumentError } from 'commander';
import { pointInTime } from '../session/option-parsers.ts';

/** Every verb that an operation can have. */
const OPERATION_VERBS = [
  'identify',
  'track',
  'trackAnonymous',
  'page',
  'screen',
  'addDevice',
  'deleteDevice',
  'relate',
  'unrelate',
  'merge',
  'delete',
  'suppress',
  'unsuppress',
  'identifyObject',
  'identifyAnonymousObject',
  'relateObject',
  'unrelateObject',
  'deleteObject',
  'trackDelivery',
  'reportMetric',
  'unsubscribe',
  'resubscribe',
  'submitForm',
  'addToSegment',
  'removeFromSegment',
  'trackInvite',
] as const satisfies readonly Verb[];

/** Every verb that a dead letter can have, `batch` for a packed one. */
const FILTER_VERBS: readonly string[] = [...OPERATION_VERBS, 'batch'];

/** What narrows dead letters on the command line. */
export interface FilterOptions {
  readonly reason?: string;
  readonly action?: string;
  readonly verb?: string;
  readonly name?: string;
  readonly source?: string;
  readonly person?: string;
  readonly since?: number;
  readonly until?: number;
  readonly ids?: readonly string[];
}

/** Adds the options that narrow dead letters. `verbFlags` names the one for the verb: both commands know both names. */
export function addFilterOptions(
  command: Command,
  verbFlags: '--verb, --action <verb>' | '--action, --verb <verb>',
): Command {
  return command
    .option('--reason <code>', 'only this reason code, such as REJECTED or EXPIRED', (code) => code.toUpperCase())
    .option(verbFlags, 'only this verb, such as track', knownVerb)
    .option('--name <name>', 'only this event, page or screen')
    .option('--source <name>', 'only this service')
    .option('--person <person>', 'only this person: 42, ada@example.com, email:…, phone:…, cio_id:…')
    .option('--since <time>', 'only from this time on: 15m, 2h, 3d ago, ISO 8601 or unix seconds', pointInTime)
    .option('--until <time>', 'only before this time', pointInTime)
    .option('--ids <ids>', 'only these dead letters, or those of these operations, separated by commas', (text) =>
      text.split(/[\s,]+/).filter(Boolean),
    );
}

/** The filter that the options mean. */
export function filterOf({
  reason,
  action,
  verb,
  name,
  source,
  person,
  since,
  until,
  ids,
}: FilterOptions): DeadLetterFilter {
  const named = action ?? verb;
  return {
    ...(reason !== undefined && { reason }),
    ...(named !== undefined && { verb: named }),
    ...(name !== undefined && { name }),
    ...(source !== undefined && { source }),
    ...(person !== undefined && { person }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(ids !== undefined && { ids }),
  };
}

/** The verb of an operation, also written `add-device`. */
export function knownOperationVerb(text: string): Verb {
  return verbAmong(OPERATION_VERBS, text) as Verb;
}

function knownVerb(text: string): string {
  return verbAmong(FILTER_VERBS, text);
}

function verbAmong(verbs: readonly string[], text: string): string {
  const camel = text.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  if (verbs.includes(camel)) return camel;
  throw new InvalidArgumentError(`Expected one of ${verbs.join(', ')}.`);
}
