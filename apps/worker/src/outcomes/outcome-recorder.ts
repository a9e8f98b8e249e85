import type { QueuedOperation } from '@cio-fleet/contracts';
import { createJournalSink, type Dropped, type JournalRow, type JournalSettings } from '@cio-fleet/journal';
import type { FailedAttempt, SettledBatch } from '@cio-fleet/lanes';
import { type Service, service } from '@cio-fleet/lifecycle';
import type { Logger } from '@cio-fleet/telemetry';
import type { Redis } from 'ioredis';
import { createIdleTurns } from './idle-turns.ts';
import { createLiveFeed } from './live-feed.ts';
import { rowOfFate, rowOfRedrive, rowsOfBatch, rowsOfFailure } from './outcome-rows.ts';
import { createRowKeeper } from './row-keeper.ts';

/** Tells the journal and the live page of one workspace what became of operations. Never in the way of delivery. */
export interface OutcomeRecorder extends Service {
  /** Before a batch is settled. */
  settling(batch: SettledBatch): Promise<void>;
  settled(batch: SettledBatch): void;
  failed(attempt: FailedAttempt): void;
  redriven(operations: readonly QueuedOperation[]): void;
}

export interface OutcomeRecorderOptions {
  readonly redis: Redis;
  readonly workspace: string;
  readonly workerId: string;
  readonly journal: JournalSettings;
  /** Whether outcomes go to the live page. */
  readonly isLive: boolean;
  /** How long a stop waits for Redis to take the last rows, in ms. */
  readonly stopTimeoutMs: number;
  readonly logger: Logger;
  readonly onDropped: (dropped: Dropped) => void;
}

/** Rows beyond what is awaited. A long list of them costs more than it is worth: the collector copies it again and again. */
const MAX_BUFFERED_ROWS = 10_000;

export function createOutcomeRecorder(options: OutcomeRecorderOptions): OutcomeRecorder {
  const { redis, workspace, workerId, journal, logger } = options;
  const sink =
    journal.place === undefined
      ? undefined
      : createJournalSink({
          redis,
          workspace,
          ...journal.intake,
          logger,
          onDropped: options.onDropped,
          turn: createIdleTurns(),
          maxBufferedRows: MAX_BUFFERED_ROWS,
        });
  const keeper = sink && createRowKeeper({ sink });
  const live = options.isLive
    ? createLiveFeed({
        redis,
        workspace,
        showsPersons: journal.intake.person === 'plain',
        onError: (err) => logger.debug({ err }, 'outcomes were not shown'),
      })
    : undefined;

  const record = (rows: readonly JournalRow[]) => {
    for (const row of rows) {
      sink?.record(row);
      live?.offer(row);
    }
  };

  return {
    ...service({
      name: `outcomes of ${workspace}`,
      start: () => undefined,
      stop: async () => void (await Promise.all([live?.stop(), sink?.stop({ timeoutMs: options.stopTimeoutMs })])),
    }),
    async settling(batch) {
      await keeper?.keep((room) => rowsOfBatch(batch, workerId, room));
    },
    settled(batch) {
      if (live === undefined) return;
      for (const index of worthSeeing(batch, live.room)) {
        const row = rowOfFate(batch, index, workerId);
        if (row !== undefined) live.offer(row);
      }
    },
    failed(attempt) {
      if (sink !== undefined || live !== undefined) record(rowsOfFailure(attempt, workerId));
    },
    redriven(operations) {
      const atMs = Date.now();
      record(operations.map((operation) => rowOfRedrive(operation, workspace, workerId, atMs)));
    },
  };
}

/** Indexes for at most `room` outcomes; what was not delivered goes first. */
function worthSeeing({ operations, fates }: SettledBatch, room: number): readonly number[] {
  if (room <= 0) return [];
  const indexes = operations.map((_, index) => index);
  if (indexes.length <= room) return indexes;
  const isDelivered = (index: number) => fates[index]?.kind === 'delivered';
  return [...indexes.filter((index) => !isDelivered(index)), ...indexes.filter(isDelivered)].slice(0, room);
}
