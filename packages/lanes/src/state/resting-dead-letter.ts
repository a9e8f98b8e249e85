import { type DeadLetterReason, laneKeyOf, type QueuedOperation, verbOf } from '@cio-fleet/contracts';
import { numberOf, objectOf, parseObject, textOf } from './loose-json.ts';

/** A dead letter, read from Redis. */
export interface RestingDeadLetter {
  /** BullMQ job id: `<ULID>-<redrives>`. */
  readonly id: string;
  /** The verb of its one operation, or `batch`. */
  readonly name: string;
  readonly reason: DeadLetterReason;
  /** When it was dead-lettered, in ms since the epoch. */
  readonly at: number;
  /** Lane keys of its persons (or objects), e.g. `id:42`; each once. */
  readonly persons: readonly string[];
  /** Verbs of its operations; each once. */
  readonly verbs: readonly string[];
  /** Its operations; empty when the job was unreadable. */
  readonly operations: readonly QueuedOperation[];
}

/** The fields of a job's hash that {@link readRestingDeadLetter} needs, in order. */
export const DEAD_LETTER_FIELDS = ['name', 'data', 'timestamp', 'failedReason'] as const;

/** Reads a dead letter from its job's fields; what isn't of our shape still shows, without operations. */
export function readRestingDeadLetter(id: string, fields: readonly (string | null)[]): RestingDeadLetter {
  const [name, json, timestamp, failedReason] = fields;
  const data = parseObject(json);
  const operations = Array.isArray(data?.operations) ? data.operations.filter(isOperation) : [];
  return {
    id,
    name: name ?? 'unknown',
    reason: readReason(data?.reason, failedReason ?? null),
    at: numberOf(data?.deadLetteredAt) ?? numberOf(timestamp) ?? 0,
    persons: unique(operations.map(({ op }) => laneKeyOf(op))),
    verbs: unique(operations.map(({ op }) => verbOf(op))),
    operations,
  };
}

// The reason in the data is the one that counts: a redrive that fails overwrites BullMQ's own `failedReason`.
function readReason(value: unknown, failedReason: string | null): DeadLetterReason {
  const reason = objectOf(value);
  const field = textOf(reason?.field);
  const status = numberOf(reason?.status);
  return {
    code: textOf(reason?.code) ?? 'UNREADABLE',
    message: textOf(reason?.message) ?? failedReason ?? '',
    ...(field === null ? {} : { field }),
    ...(status === null ? {} : { status }),
  };
}

function isOperation(value: unknown): value is QueuedOperation {
  const op = objectOf(objectOf(value)?.op);
  if (op === undefined) return false;
  try {
    return !laneKeyOf(op as unknown as QueuedOperation['op']).endsWith(':undefined');
  } catch {
    // Without identifiers: it can't be put on a lane.
    return false;
  }
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
