import type { BufferedOperation } from '../buffered-operation.ts';
import type { LaneSet } from '../lane-set.ts';
import type { LaneJob, LaneWriter } from '../lane-writer.ts';
import { recordBytesBound } from './record-format.ts';
import type { SpoolableOperation, WriteOrigin } from './spooled-operation.ts';

/** What is taken from one lane for one append. */
interface LanePart {
  readonly writer: LaneWriter;
  /** The write whose fate is open; it stays in the lane until its operations are on the disk. */
  readonly job: LaneJob | undefined;
  /** What waited behind it. */
  readonly waiting: readonly BufferedOperation[];
}

/** Most bytes of one append: larger ones would make the first caller wait for the last. */
const MAX_BATCH_BYTES = 4 * 1_024 * 1_024;

/** Operations on their way from the lanes in memory to the disk. */
export class SpoolBatch {
  readonly #parts: readonly LanePart[];
  /** As they are appended, each lane's in order. */
  readonly records: readonly SpoolableOperation[];
  /**
   * Whether the times of its records are Redis's; else the local clock's, because Redis hadn't told its time yet. The operations
   * themselves may learn it while the records are on their way to the disk.
   */
  readonly hasRedisTime: boolean;

  private constructor(parts: readonly LanePart[], records: readonly SpoolableOperation[]) {
    this.#parts = parts;
    this.records = records;
    this.hasRedisTime = parts.every(({ waiting }) => waiting.every(({ hasRedisTime }) => hasRedisTime));
  }

  /** Takes what waits in the lanes, as much as fits into `roomBytes`. */
  static gather(lanes: LaneSet, run: string, roomBytes: number): SpoolBatch {
    const parts: LanePart[] = [];
    const records: SpoolableOperation[] = [];
    let leftBytes = Math.min(roomBytes, MAX_BATCH_BYTES);
    const add = (operations: readonly BufferedOperation[], origin: WriteOrigin | undefined) => {
      for (const operation of operations) {
        const record = recordOf(operation, origin);
        leftBytes -= recordBytesBound(record);
        records.push(record);
      }
    };
    for (const [lane, writer] of lanes.entries()) {
      const job = writer.current;
      if (leftBytes <= 0) break;
      if (job === undefined && writer.waiting === 0) continue;
      if (job !== undefined) add(job.operations, { run, sequence: job.sequence, lane, lanes: lanes.count });
      // Records are a little longer than their operations; what doesn't fit comes with the next append.
      const limits = { maxOperations: Number.POSITIVE_INFINITY, maxBytes: leftBytes * 0.6 };
      const waiting = leftBytes > 0 ? writer.takeWaiting(limits) : [];
      add(waiting, undefined);
      parts.push({ writer, job, waiting });
    }
    return new SpoolBatch(parts, records);
  }

  /** It is on the disk: the lanes are rid of it. @returns the operations that weren't answered by Redis meanwhile */
  finish(): readonly BufferedOperation[] {
    return this.#parts.flatMap(({ writer, job, waiting }) =>
      job !== undefined && writer.current === job ? [...writer.finish(), ...waiting] : waiting,
    );
  }

  /** The disk didn't take it: everything is as before. */
  undo(): void {
    for (const { writer, waiting } of this.#parts) writer.putBack(waiting);
  }
}

function recordOf(operation: BufferedOperation, origin: WriteOrigin | undefined): SpoolableOperation {
  const { laneKey, verb, erases, id, atMs, tail, bytes } = operation;
  return { laneKey, verb, erases, id: id as string, atMs, tail, bytes, origin };
}
