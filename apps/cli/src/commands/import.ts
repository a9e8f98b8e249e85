import { createProducer } from '@cio-fleet/producer';
import { Option } from 'commander';
import { formatDuration } from '../format/duration.ts';
import { formatCount, plural } from '../format/numbers.ts';
import { type ImportProgress, writeProgress } from '../import/import-progress.ts';
import { type ImportSource, openFileSource, openPipeSource } from '../import/import-source.ts';
import { IMPORT_FORMATS, type ImportFormat } from '../import/read-import-line.ts';
import { openRejectedFile } from '../import/rejected-file.ts';
import { runImport } from '../import/run-import.ts';
import { usageError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { interruptible } from '../session/interruptible.ts';
import { positiveNumber } from '../session/option-parsers.ts';
import { producerRedis } from '../session/producer-redis.ts';
import { createProgressDisplay } from '../session/progress-display.ts';
import { withRedis } from '../session/redis-session.ts';
import { userPath } from '../session/user-path.ts';
import type { AddCommand } from './fleet-command.ts';

interface ImportOptions {
  readonly rate?: number;
  readonly resume?: boolean;
  readonly rejected?: string;
  readonly source: string;
  readonly format: ImportFormat;
  readonly giveUpAfter: number;
}

/** An operation is 32,000 bytes of JSON at most; escapes and blanks may make its text several times as long. */
const MAX_LINE_BYTES = 262_144;
const GIVE_UP_AFTER_SECONDS = 60;
/** The run decides how long it waits for Redis: a call that timed out would still be buffered, and its fate unknown. */
const ENQUEUE_TIMEOUT_MS = 2_000_000_000;
const CLOSE_TIMEOUT_MS = 1_000;

const EXAMPLES = `
A line is an operation as Customer.io's v2 API reads it, or the short form:
  {"verb":"track","person":"42","name":"Order Placed","data":{"total":9.5}}
With --format segment it is a message of Segment's specification:
  {"type":"track","userId":"42","event":"Order Placed","properties":{"total":9.5}}

Examples:
  fleet import events.ndjson --rate 500
  fleet import archive.ndjson --format segment
  zcat events.ndjson.gz | fleet import -`;

export const addImportCommand: AddCommand = (program, attach) => {
  const command = program
    .command('import')
    .summary('send operations from a file')
    .description('Sends operations from a file of JSON lines. Started again, it goes on where it stopped.')
    .argument('<file>', 'the file, or - for stdin')
    .option('--rate <n>', 'operations per second at most', positiveNumber)
    .option('--resume', 'go on where it stopped, or fail; without it, begin anew if that is impossible')
    .option('--no-resume', 'begin anew, whatever was imported before')
    .option('--rejected <path>', 'where bad lines go (default: <file>.rejected.ndjson)')
    .addOption(new Option('--format <name>', 'what a line is').choices(IMPORT_FORMATS).default('operations'))
    .option('--source <name>', 'the sender of operations that name none', 'import')
    .option('--give-up-after <seconds>', 'stop when Redis is away for this long', positiveNumber, GIVE_UP_AFTER_SECONDS)
    .addHelpText('after', EXAMPLES);
  attach<ImportOptions>(command, importFile);
};

async function importFile(
  context: CommandContext,
  [given = '-']: readonly (string | undefined)[],
  options: ImportOptions,
): Promise<ExitCode> {
  const { output, workspace, env } = context;
  const redisUrl = context.redisUrl();
  const isPipe = given === '-';
  if (isPipe && options.resume === true)
    throw usageError('--resume: expected a file, got -, which can not be read twice');
  const path = isPipe ? given : userPath(given, env);
  const rejectedPath = userPath(options.rejected ?? `${isPipe ? 'stdin' : given}.rejected.ndjson`, env);
  const progressPath = isPipe ? undefined : `${path}.progress`;
  const source =
    progressPath === undefined
      ? openPipeSource(process.stdin, workspace)
      : await openFileSource({ path, progressPath, workspace, resume: options.resume });
  const startedMs = performance.now();
  try {
    if (source.note !== undefined) output.note(source.note);
    if (source.progress.finished) output.note('it was imported completely before; import it again with --no-resume');
    else {
      if (source.isResumed) output.note(`goes on after line ${formatCount(source.progress.lines)}`);
      // A Redis that is away is told in one line here; the producer would only wait for it.
      await withRedis(redisUrl, (redis) => redis.ping());
    }
    const end = source.progress.finished
      ? source.progress
      : await send({ context, redisUrl, source, options, progressPath, rejectedPath });
    return report(context, {
      path,
      end,
      source,
      rejectedPath,
      elapsedMs: performance.now() - startedMs,
    });
  } finally {
    await source.close();
  }
}

interface SendFacts {
  readonly context: CommandContext;
  readonly redisUrl: string;
  readonly source: ImportSource;
  readonly options: ImportOptions;
  readonly progressPath: string | undefined;
  readonly rejectedPath: string;
}

async function send({
  context,
  redisUrl,
  source,
  options,
  progressPath,
  rejectedPath,
}: SendFacts): Promise<ImportProgress> {
  const { workspace, output } = context;
  const display = createProgressDisplay(output);
  const tell = (message: string) => display.note(message);
  const producer = createProducer({
    ...producerRedis(redisUrl),
    workspace,
    enqueueTimeoutMs: ENQUEUE_TIMEOUT_MS,
    // Refused operations are in the rejected file; only trouble with Redis is for the eyes.
    logger: { warn: tell, error: () => undefined },
  });
  const rejectedFile = openRejectedFile(rejectedPath, source.progress.rejectedBytes);
  // Before the first line goes: after a crash its events must get the ids again that come from the seed in here.
  if (progressPath !== undefined) writeProgress(progressPath, source.progress);
  const startedMs = performance.now();
  try {
    const end = await interruptible((signal) =>
      runImport({
        chunks: source.chunks(signal),
        producer,
        context: {
          format: options.format,
          seed: source.progress.seed,
          maxLineBytes: MAX_LINE_BYTES,
          source: options.source,
        },
        progress: source.progress,
        rejectedFile,
        save(progress) {
          if (progressPath !== undefined) writeProgress(progressPath, progress);
          display.update(displayed(progress, source, performance.now() - startedMs));
        },
        ...(options.rate !== undefined && { ratePerSecond: options.rate }),
        giveUpAfterMs: options.giveUpAfter * 1_000,
        signal,
        onFull: () => display.note('Redis is above 80 % of its memory; waiting for room'),
      }),
    );
    return end;
  } finally {
    display.end();
    rejectedFile.close();
    await producer.close({ timeoutMs: CLOSE_TIMEOUT_MS });
  }
}

function displayed(progress: ImportProgress, { bytes, progress: start }: ImportSource, elapsedMs: number) {
  return {
    share: bytes === undefined || bytes === 0 ? undefined : progress.offset / bytes,
    done: plural(progress.accepted, 'operation'),
    perSecond: ((progress.accepted - start.accepted) * 1_000) / Math.max(1, elapsedMs),
    elapsedMs,
    ...(progress.rejected > 0 && { remark: `${formatCount(progress.rejected)} rejected` }),
  };
}

interface ReportFacts {
  readonly path: string;
  readonly end: ImportProgress;
  readonly source: ImportSource;
  readonly rejectedPath: string;
  readonly elapsedMs: number;
}

function report(
  { output, workspace }: CommandContext,
  { path, end, source, rejectedPath, elapsedMs }: ReportFacts,
): ExitCode {
  const sent = end.accepted - source.progress.accepted;
  const perSecond = Math.round((sent * 1_000) / Math.max(1, elapsedMs));
  const value = {
    workspace,
    file: path,
    finished: end.finished,
    resumed: source.isResumed,
    lines: end.lines,
    accepted: end.accepted,
    acceptedNow: sent,
    rejected: end.rejected,
    rejectedFile: end.rejected > 0 ? rejectedPath : null,
    elapsedMs: Math.round(elapsedMs),
  };
  const bad = end.rejected > 0 ? `, ${formatCount(end.rejected)} rejected (see ${rejectedPath})` : '';
  const pace = sent > 0 ? ` in ${formatDuration(elapsedMs)}, ${formatCount(perSecond)}/s` : '';
  output.result(value, () => `${plural(end.lines, 'line')}: ${formatCount(end.accepted)} accepted${bad}${pace}`);
  if (!end.finished)
    output.note(
      path === '-' ? 'stopped before the end' : 'stopped before the end; run the same command again to go on',
    );
  return end.finished && end.rejected === 0 ? EXIT_CODES.ok : EXIT_CODES.failure;
}
