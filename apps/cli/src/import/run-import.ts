import { setTimeout as delay } from 'node:timers/promises';
import type { OperationInput, Producer } from '@cio-fleet/producer';
import type { ImportProgress } from './import-progress.ts';
import { type InputLine, readLines } from './line-reader.ts';
import { createPatience, type Patience } from './patience.ts';
import { type ImportLineContext, type LineRefusal, readImportLine } from './read-import-line.ts';
import type { RejectedFile } from './rejected-file.ts';
import { type Sent, sendBatch } from './send-batch.ts';

export interface ImportRunOptions {
  /** The bytes from `progress.offset` on. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly producer: Pick<Producer, 'enqueueMany'>;
  readonly context: ImportLineContext;
  /** Where it begins. */
  readonly progress: ImportProgress;
  readonly rejectedFile: RejectedFile;
  /** Keeps how far it has come. Called after every batch, when all before is durable. */
  readonly save: (progress: ImportProgress) => void;
  /** Operations per second. Absent: as fast as Redis takes them. */
  readonly ratePerSecond?: number;
  readonly giveUpAfterMs: number;
  /** Ends it after the batch in flight. */
  readonly signal: AbortSignal;
  /** Redis has no room. */
  readonly onFull: () => void;
}

/** As many as the producer puts into one job. */
const MAX_BATCH_LINES = 1_000;
/** With a rate, batches are a tenth of a second's worth, so that the rate is smooth. */
const BATCHES_PER_SECOND = 10;
const GRACE_MS = 2_000;

/**
 * Sends lines batch by batch, each when the one before it is durable: so no more is in memory than a batch and a chunk, and
 * what Redis turns away is not overtaken by what comes later.
 *
 * @returns how far it came: `finished` unless it was aborted
 * @throws CliError when Redis stays away or refuses; what was saved holds
 */
export async function runImport(options: ImportRunOptions): Promise<ImportProgress> {
  const { chunks, context, signal, ratePerSecond, giveUpAfterMs, save, rejectedFile } = options;
  const patience = createPatience({ giveUpAfterMs, graceMs: GRACE_MS, signal });
  const batchLines = batchSize(ratePerSecond);
  const startedMs = performance.now();
  let { progress } = options;
  const acceptedBefore = progress.accepted;
  const reader = { startOffset: progress.offset, linesBefore: progress.lines, maxLineBytes: context.maxLineBytes };
  try {
    for await (const lines of readLines(chunks, reader)) {
      for (let from = 0; from < lines.length; from += batchLines) {
        if (signal.aborted) return progress;
        if (ratePerSecond !== undefined) {
          const dueMs = startedMs + ((progress.accepted - acceptedBefore) * 1_000) / ratePerSecond;
          await delay(Math.max(0, dueMs - performance.now()), undefined, { signal });
        }
        const batch = lines.slice(from, from + batchLines);
        progress = await importBatch(batch, progress, { ...options, patience });
        save({ ...progress, rejectedBytes: rejectedFile.bytes });
      }
    }
  } catch (error) {
    // An abort ends the pause or the reading; what was saved holds.
    if (!signal.aborted || (error as Error).name !== 'AbortError') throw error;
    return progress;
  }
  const finished = { ...progress, rejectedBytes: rejectedFile.bytes, finished: true };
  save(finished);
  return finished;
}

function batchSize(ratePerSecond: number | undefined): number {
  if (ratePerSecond === undefined) return MAX_BATCH_LINES;
  return Math.min(MAX_BATCH_LINES, Math.max(1, Math.ceil(ratePerSecond / BATCHES_PER_SECOND)));
}

type BatchTools = ImportRunOptions & { readonly patience: Patience };

async function importBatch(
  lines: readonly InputLine[],
  progress: ImportProgress,
  tools: BatchTools,
): Promise<ImportProgress> {
  const { context, producer, signal, patience, rejectedFile } = tools;
  const operations: OperationInput[] = [];
  const refusals = new Map<InputLine, LineRefusal>();
  const senders: InputLine[] = [];
  for (const line of lines) {
    const read = readImportLine(line, context);
    if (read.kind === 'bad') refusals.set(line, read.refusal);
    if (read.kind !== 'operations') continue;
    operations.push(...read.operations);
    senders.push(...read.operations.map(() => line));
  }
  const onFull = () => {
    patience.heard();
    tools.onFull();
  };
  const sent = operations.length === 0 ? [] : await patience.wait(sendBatch({ producer, operations, signal, onFull }));
  let accepted = 0;
  for (const [index, line] of senders.entries()) {
    const outcome = sent[index] as Sent;
    if (outcome.ok) accepted += 1;
    else refusals.set(line, refusalOf(outcome.failure));
  }
  for (const line of lines) {
    const refusal = refusals.get(line);
    if (refusal !== undefined) rejectedFile.add(line, refusal);
  }
  return {
    ...progress,
    offset: lines.at(-1)?.endOffset ?? progress.offset,
    lines: progress.lines + lines.length,
    accepted: progress.accepted + accepted,
    rejected: progress.rejected + refusals.size,
  };
}

function refusalOf({ code, message, refusal }: Extract<Sent, { ok: false }>['failure']): LineRefusal {
  if (refusal === undefined) return { code, message };
  const { path, expected, received } = refusal;
  return { code, message, path, expected, received };
}
