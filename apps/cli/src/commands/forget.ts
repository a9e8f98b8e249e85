import { erasureKey, isErasedBy } from '@cio-fleet/contracts';
import { createJournalReader, createJournalSource, createJournalStore, forgetPerson } from '@cio-fleet/journal';
import { forgetOutcomes, personKey, redriveDeadLetters } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import { formatTime } from '../format/duration.ts';
import { plural } from '../format/numbers.ts';
import { recordChange } from '../session/audit.ts';
import { usageError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { canAsk, confirmEnvironment } from '../session/confirm.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { journalProblem, journalSettings, quietLogger } from '../session/journal-session.ts';
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
      'Removes what the journal keeps of a person, under every identity that it ties to them, and leaves a proof without their name. Of a person whose delete or suppress was accepted, dead letters are erased too.',
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
  return withRedis(redisUrl(), async (redis) => {
    let deadLetters = 0;
    let outcomes = 0;
    for (const laneKey of laneKeysOf(person)) {
      deadLetters += await eraseDeadLetters(redis, workspace, laneKey);
      outcomes += await forgetOutcomes(redis, workspace, laneKey);
    }
    const { rows, proofs } = await forgetInJournal(context, person, what).catch((error: unknown) => {
      throw journalProblem(error, place);
    });
    const detail = `${what} of a person: ${plural(rows, 'row')}, ${plural(deadLetters, 'dead letter')}`;
    await recordChange(redis, workspace, { action: 'forget', detail, result: 'ok' });
    output.result(
      { workspace, what, rows, deadLetters, outcomes, proofs },
      () =>
        `${plural(rows, 'row')} changed, ${plural(deadLetters, 'dead letter')} erased; proof of ${formatTime(proofs[0]?.at ?? Number.NaN)}`,
    );
    return EXIT_CODES.ok;
  });
}

async function forgetInJournal({ env, workspace }: CommandContext, person: string, what: 'rows' | 'payloads') {
  const { place, intake } = journalSettings(env);
  const store = createJournalStore(place, quietLogger);
  const source = createJournalSource(
    place.kind === 'postgres' ? { ...place, readUrl: place.databaseUrl } : place,
    quietLogger,
  );
  const reader = createJournalReader({ source, workspace, person: intake.person });
  try {
    await store.start();
    const { rows } = await forgetPerson({ store, workspace, person, privacy: intake.person, what, nowMs: Date.now() });
    return { rows, proofs: await reader.forgotten(person) };
  } finally {
    await Promise.all([store.stop(), reader.close()]);
  }
}

/** A dead letter of an erased person settles as erased when it is redriven: nothing of it is sent. */
async function eraseDeadLetters(redis: Redis, workspace: string, person: string): Promise<number> {
  const mark = await redis.get(erasureKey(workspace, person));
  if (mark === null) return 0;
  const { redriven } = await redriveDeadLetters({
    redis,
    workspace,
    filter: { person },
    // A packed one may hold others' operations, and one accepted after the erasure would be sent.
    isMeant: ({ persons, operations }) =>
      persons.length === 1 && operations.every((operation) => isErasedBy(operation, mark)),
    ratePerSecond: ERASING_RATE,
  });
  return redriven;
}

/** Lane keys that somebody may mean who types this. */
function laneKeysOf(person: string): readonly string[] {
  const laneKey = personKey(person);
  return person.includes('@') && laneKey.startsWith('id:') && !person.startsWith('id:')
    ? [laneKey, `email:${person.toLowerCase()}`]
    : [laneKey];
}
