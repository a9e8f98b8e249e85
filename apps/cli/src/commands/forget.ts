import { erasureKey, isErasedBy } from '@cio-fleet/contracts';
import {
  createDayArchiver,
  createJournalReader,
  createJournalSource,
  createJournalStore,
  forgetPerson,
  type Identities,
} from '@cio-fleet/journal';
import {
  forgetOutcomes,
  forgetPacked,
  forgetSettled,
  forgetWebhooks,
  personKeys,
  redriveDeadLetters,
} from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import { formatTime } from '../format/duration.ts';
import { plural } from '../format/numbers.ts';
import { printable } from '../format/printable.ts';
import { recordChange } from '../session/audit.ts';
import { CliError, usageError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { canAsk, confirmEnvironment } from '../session/confirm.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { journalProblem, journalSettings, quietLogger, withJournal } from '../session/journal-session.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';

interface ForgetOptions {
  readonly rows?: true;
  readonly yes?: true;
}

/** Dead letters per second; each only settles as erased. */
const ERASING_RATE = 1_000;

export const addForgetCommand: AddCommand = (program, attach) => {
  const command = program
    .command('forget')
    .summary("forget a person's payloads or rows")
    .description(
      'Removes what the journal keeps of a person, under every identity that it ties to them, and leaves a proof without their name. Of a person whose delete or suppress was accepted, dead letters are erased too. Settled jobs that queues still show lose their data; webhooks about the person that nobody has taken are removed.',
    )
    .argument('<person>', 'such as 42, ada@example.com, email:…, phone:…, cio_id:…')
    .option('--rows', 'whole rows, not only payloads')
    .option('--yes', 'do not ask; needed where nobody can be asked');
  attach<ForgetOptions>(command, forget);
};

async function forget(
  context: CommandContext,
  [person = '']: readonly (string | undefined)[],
  options: ForgetOptions,
): Promise<ExitCode> {
  const { workspace, output, env, config, redisUrl } = context;
  const what = options.rows === true ? 'rows' : 'payloads';
  if (options.yes !== true && !canAsk()) throw usageError('expected --yes, because nobody can be asked here');
  const { place } = journalSettings(env);
  if (options.yes !== true) {
    const question = `the journal of workspace ${workspace} forgets the ${what} of this person for good`;
    await confirmEnvironment({ question, environment: config.environment });
  }
  // Before the ties are forgotten, too.
  const tied = await withJournal(context, ({ reader }) => reader.identities(person));
  const laneKeys = [...new Set([...personKeys(person), ...plainKeysOf(tied)])];
  return withRedis(redisUrl(), async (redis) => {
    let deadLetters = 0;
    let outcomes = 0;
    let webhooks = 0;
    for (const laneKey of laneKeys) {
      deadLetters += await eraseDeadLetters(redis, workspace, laneKey);
      outcomes += await forgetOutcomes(redis, workspace, laneKey);
      webhooks += await forgetWebhooks(redis, workspace, laneKey);
    }
    const packedOperations = await forgetPacked(redis, workspace, laneKeys);
    const settledJobs = await forgetSettled(redis, workspace, { laneKeys, sessions: tied.sessions });
    const { rows, archivedRows, proofs } = await forgetInJournal(context, person, what).catch((error: unknown) => {
      throw error instanceof CliError ? error : journalProblem(error, place);
    });
    const detail = `${what} of a person: ${plural(rows, 'row')}, ${plural(deadLetters, 'dead letter')}`;
    await recordChange(redis, workspace, { action: 'forget', detail, result: 'ok' });
    output.result(
      { workspace, what, rows, archivedRows, deadLetters, packedOperations, outcomes, settledJobs, webhooks, proofs },
      () =>
        `${plural(rows, 'row')} changed, ${plural(archivedRows, 'row')} in the archive, ${plural(deadLetters, 'dead letter')} erased and ${plural(packedOperations, 'operation')} of packed ones; proof of ${formatTime(proofs[0]?.at ?? Number.NaN)}`,
    );
    return EXIT_CODES.ok;
  });
}

async function forgetInJournal({ env, workspace }: CommandContext, person: string, what: 'rows' | 'payloads') {
  const { place, intake, archive } = journalSettings(env);
  const archiver = archive && createDayArchiver({ place, target: archive, logger: quietLogger });
  const store = createJournalStore(place, quietLogger);
  const source = createJournalSource(
    place.kind === 'postgres' ? { ...place, readUrl: place.databaseUrl } : place,
    quietLogger,
  );
  const reader = createJournalReader({ source, workspace, person: intake.person });
  try {
    await store.start();
    const alsoArchived = archiver !== undefined;
    const whom = { workspace, person, privacy: intake.person, what, nowMs: Date.now(), alsoArchived } as const;
    const { rows } = await forgetPerson({ store, ...whom });
    const erased = await archiver?.erase().catch(notYet);
    return { rows, archivedRows: erased?.rows ?? 0, proofs: await reader.forgotten(person) };
  } finally {
    archiver?.stop();
    await Promise.all([store.stop(), reader.close()]);
  }
}

function notYet(error: unknown): never {
  const message = printable(error instanceof Error ? error.message : String(error), 300);
  const state = 'the journal has forgotten, its archive not yet; a worker does it within 12 hours, or run this again';
  throw new CliError(EXIT_CODES.failure, `${state}: ${message}`, { cause: error });
}

/** A dead letter of an erased person settles as erased when it is redriven: nothing of it is sent. */
async function eraseDeadLetters(redis: Redis, workspace: string, person: string): Promise<number> {
  const mark = await redis.get(erasureKey(workspace, person));
  if (mark === null) return 0;
  const { redriven } = await redriveDeadLetters({
    redis,
    workspace,
    filter: { person },
    // Of a packed one with others' operations they are taken out; and one accepted after the erasure would be sent.
    isMeant: ({ persons, operations }) =>
      persons.length === 1 && operations.every((operation) => isErasedBy(operation, mark)),
    ratePerSecond: ERASING_RATE,
  });
  return redriven;
}

/** Where the journal has hashes, only who types the person knows them. */
function plainKeysOf({ persons, anonymous }: Identities): readonly string[] {
  const keys = [...persons, ...anonymous.map((id) => (id.startsWith('h:') ? id : `anonymous_id:${id}`))];
  return keys.filter((key) => !key.startsWith('h:'));
}
