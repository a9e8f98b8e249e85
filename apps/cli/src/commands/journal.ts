import { workspaceKeys } from '@cio-fleet/contracts';
import { type JournalSource, readOldestPackMs, readWaitingDays } from '@cio-fleet/journal';
import { Argument } from 'commander';
import { type Finding, fail, ok, skip, warn } from '../doctor/finding.ts';
import { doctorLines } from '../format/doctor-view.ts';
import { formatDuration } from '../format/duration.ts';
import { formatBytes, plural } from '../format/numbers.ts';
import { CliError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { journalSettings, withJournal } from '../session/journal-session.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';
import { dayOfUtc, listArchive, type RestoreOptions, restoreDay } from './journal-archive.ts';

/** Half of what the queue may hold: rows are dropped at 256 MiB. */
const MUCH_WAITING_BYTES = 128 * 1024 * 1024;
const MUCH_LAG_MS = 60_000;
/** As the alert has it: packs wait for seconds, and for minutes only while the database is away. */
const MUCH_BEHIND_MS = 300_000;
const MEND_WRITER = 'start a worker with the role journal, or mend its database';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const addJournalCommand: AddCommand = (program, attach) => {
  const command = program
    .command('journal')
    .summary('find what is wrong with the journal; list and restore its archive')
    .description(
      'doctor: checks whether the journal answers, how far behind its read side and its writer are, what its database refused, and which days wait for the archive; exit code 5 when something must be mended. archive: lists the archived days. restore: writes an archived day into a folder, which is a journal then (JOURNAL_DIR).',
    )
    .addArgument(new Argument('<what>', 'what to do').choices(['doctor', 'archive', 'restore']))
    .option('--day <day>', 'the day to restore, such as 2026-11-21', dayOfUtc)
    .option('--into <folder>', 'the folder to restore it into');
  attach<RestoreOptions>(command, (context, [what], options) => {
    if (what === 'archive') return listArchive(context);
    return what === 'restore' ? restoreDay(context, options) : doctor(context);
  });
};

async function doctor(context: CommandContext): Promise<ExitCode> {
  const { workspace, output } = context;
  const findings = [...(await examineJournal(context)), ...(await examineQueue(context))];
  const isHealthy = findings.every(({ level }) => level !== 'fail');
  output.result({ workspace, healthy: isHealthy, findings }, () => doctorLines(findings, output.paint).join('\n'));
  return isHealthy ? EXIT_CODES.ok : EXIT_CODES.unhealthy;
}

async function examineJournal(context: CommandContext): Promise<readonly Finding[]> {
  try {
    return await withJournal(context, async ({ reader, source }) => {
      const from = Date.now() - HOUR_MS;
      const rollups = await reader.rollups({ window: { from } });
      const rows = rollups.reduce((sum, { count }) => sum + count, 0);
      const lagMs = await reader.lagMs();
      const refused = (await source.select('SELECT COUNT(*) AS n FROM journal_rejects', []).catch(() => [])).flat();
      const rejects = refused.reduce((sum, { n }) => sum + Number(n), 0);
      const archiving = await examineArchive(context, source);
      return [
        ok('database', 'answers'),
        rows > 0
          ? ok('rows', `${plural(rows, 'row')} in the last hour`)
          : warn(
              'rows',
              'none in the last hour',
              'fine where nothing is sent; else look at the workers: CIO_FLEET_ROLES',
            ),
        lagMs < MUCH_LAG_MS
          ? ok('read side', `${formatDuration(lagMs)} behind`)
          : warn('read side', `${formatDuration(lagMs)} behind`, 'look at the standby of JOURNAL_READ_URL'),
        rejects === 0
          ? ok('refused rows', 'none')
          : warn('refused rows', plural(rejects, 'row'), 'see the table journal_rejects, which says why'),
        ...archiving,
      ];
    });
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode === EXIT_CODES.usage) throw error;
    return [fail('database', error.message, 'start it, or correct DATABASE_URL, JOURNAL_READ_URL or JOURNAL_DIR')];
  }
}

/** A day that is over goes within minutes, so one that was over a day ago could not be archived. */
async function examineArchive({ env }: CommandContext, source: JournalSource): Promise<readonly Finding[]> {
  const { place, retentionDays, archive } = journalSettings(env);
  if (archive === undefined) return [];
  const waiting = await readWaitingDays({ place, source, retentionDays, nowMs: Date.now() - DAY_MS });
  const [oldest] = waiting;
  if (oldest === undefined) return [ok('archive', 'no day waits for it')];
  const remedy = "look at the journal writer's log; days that wait for a week are dropped without an archive";
  return [fail('archive', `${plural(waiting.length, 'day')} not archived, the oldest ${oldest}`, remedy)];
}

function judgeWriter(behindMs: number): Finding {
  const found = `${formatDuration(behindMs)} behind`;
  return behindMs < MUCH_BEHIND_MS ? ok('writer', found) : fail('writer', found, MEND_WRITER);
}

async function examineQueue({ redisUrl, workspace }: CommandContext): Promise<readonly Finding[]> {
  try {
    const [bytes, oldestMs] = await withRedis(redisUrl(), (redis) =>
      Promise.all([
        redis.hget(workspaceKeys(workspace).journal, 'bytes'),
        readOldestPackMs(redis, workspace, Date.now()),
      ]),
    );
    const waiting = Number(bytes ?? 0);
    const behind = oldestMs === null ? ok('writer', 'nothing waits for it') : judgeWriter(oldestMs);
    const found = waiting === 0 ? 'empty' : `${formatBytes(waiting)} wait`;
    if (waiting < MUCH_WAITING_BYTES) return [ok('queue', found), behind];
    return [fail('queue', found, `${MEND_WRITER}: at 256 MB rows are dropped`), behind];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [skip('queue', error.message, 'start Redis, or correct REDIS_URL')];
  }
}
