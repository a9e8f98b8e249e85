import { LogReader, type ReadPiece } from './log-reader.ts';
import { ReplayLane } from './replay-lane.ts';
import type { ReachedIndexes, ReplayTarget } from './replay-target.ts';
import type { SpoolLog } from './spool-log.ts';
import { spoolProblem } from './spool-problem.ts';
import type { SpooledOperation, WriteOrigin } from './spooled-operation.ts';

/** One spool on its way to Redis: how far it is read, and what Redis has of it. */
export class LogReplay {
  readonly log: SpoolLog;
  readonly #reader: LogReader;
  #reached: ReachedIndexes = new Map();
  #given: number;
  #piece: ReadPiece | undefined;
  /** The number of lanes that it is being replayed under; 0 before it is. */
  lanes = 0;
  /** The last index that each lane was known to have when the replay went on to the next spool. */
  expected: readonly number[] = [];

  constructor(log: SpoolLog) {
    this.log = log;
    this.#reader = new LogReader(log);
    this.#given = log.settled;
  }

  /** Index of the last record that was given to a lane, or left out because Redis has it. */
  get given(): number {
    return this.#given;
  }

  /** Records that are still to be given. */
  get unread(): number {
    return Math.max(0, this.log.lastIndex - this.#given);
  }

  /**
   * Takes note of what Redis has. What was left out because of another number of lanes counts as well.
   *
   * @returns false when that is less than it was, or less than `expected`, by lane
   */
  learn(reached: ReachedIndexes, expected: readonly number[]): boolean {
    const before = [...this.#reached, [this.lanes, expected] as const];
    this.#reached = reached;
    return before.every(([lanes, indexes]) => {
      const now = reached.get(lanes);
      return indexes.every((index, lane) => (now?.[lane] ?? 0) >= index);
    });
  }

  /** The lanes that it is given to from now on, each behind what Redis has. */
  startUnder(lanes: number): readonly ReplayLane[] {
    this.lanes = lanes;
    const reached = this.#reached.get(lanes);
    return Array.from({ length: lanes }, (_, lane) => new ReplayLane(reached?.[lane] ?? 0));
  }

  /** Starts over behind what is settled. */
  rewind(): void {
    this.#reader.rewind();
    this.#given = this.log.settled;
    this.#piece = undefined;
    this.lanes = 0;
    this.expected = [];
  }

  /** Whether the records that were just appended, the ones behind `after`, are next. Then they needn't be read. */
  passes(place: Parameters<LogReader['pass']>[0]): boolean {
    return this.#given >= place.after && this.#piece === undefined && this.#reader.pass(place);
  }

  /** The next records that Redis doesn't have. The same again until `noteGiven` is called, so that a failure loses none. */
  async next(target: ReplayTarget): Promise<ReadPiece> {
    this.#piece ??= await this.#read();
    return { ...this.#piece, operations: await this.#withoutWritten(this.#piece.operations, target) };
  }

  async #read(): Promise<ReadPiece> {
    try {
      return await this.#reader.read();
    } catch (error) {
      throw spoolProblem(error);
    }
  }

  noteGiven(): void {
    this.#given = Math.max(this.log.settled, this.#reader.lastRead);
    this.#piece = undefined;
  }

  async #withoutWritten(
    operations: readonly SpooledOperation[],
    target: ReplayTarget,
  ): Promise<readonly SpooledOperation[]> {
    const missing = operations.filter((operation) => !this.#isReached(operation, target));
    // A direct write under another number of lanes can't be repeated; but now its fate is certain.
    const doubtful = new Map<string, WriteOrigin>();
    for (const { origin } of missing) {
      if (origin !== undefined && origin.lanes !== target.lanes) doubtful.set(nameOf(origin), origin);
    }
    if (doubtful.size === 0) return missing;
    const areWritten = await target.areWritten([...doubtful.values()]);
    const written = new Set([...doubtful.keys()].filter((_, place) => areWritten[place]));
    return missing
      .filter(({ origin }) => origin === undefined || !written.has(nameOf(origin)))
      .map((operation) =>
        operation.origin !== undefined && doubtful.has(nameOf(operation.origin))
          ? { ...operation, origin: undefined }
          : operation,
      );
  }

  #isReached(operation: SpooledOperation, target: ReplayTarget): boolean {
    if (operation.index <= this.log.settled) return true;
    for (const [lanes, reached] of this.#reached) {
      if ((reached[target.laneOf(operation, lanes)] ?? 0) >= operation.index) return true;
    }
    return false;
  }
}

function nameOf({ run, sequence, lane }: WriteOrigin): string {
  return `${run}:${lane}:${sequence}`;
}
