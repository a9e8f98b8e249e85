import type { Operation } from './operation.ts';
import type { QueuedOperation } from './queued-operation.ts';
import { verbOf } from './verb.ts';

/** The version of the job format that this package writes. Workers also read the one before. */
export const JOB_FORMAT_VERSION = 1;

/** The data of a job on a lane or in fallback: 1..n operations of one lane, in the order accepted. */
export interface LaneJobData {
  readonly v: typeof JOB_FORMAT_VERSION;
  readonly operations: readonly QueuedOperation[];
}

/** Why an operation can never be delivered. */
export interface DeadLetterReason {
  /** Stable code, e.g. `REJECTED`, `TRANSIENT_EXHAUSTED`, `EXPIRED`, `UNREADABLE`. */
  readonly code: string;
  /** What Customer.io (or we) said. */
  readonly message: string;
  /** The field that was refused, where Customer.io names it. */
  readonly field?: string;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
}

/** The data of a dead letter: one operation, or up to a hundred of one reason where a storm is packed. */
export interface DeadLetterJobData {
  readonly v: typeof JOB_FORMAT_VERSION;
  readonly operations: readonly QueuedOperation[];
  readonly reason: DeadLetterReason;
  /** When it was dead-lettered, in ms. */
  readonly deadLetteredAt: number;
  /** What could not be read, as text, when the job itself was unreadable. */
  readonly unreadable?: string;
}

/** A job of one operation is named for its verb, so that Bull Board reads naturally; a larger one is a `batch`. */
export function jobName(operations: readonly QueuedOperation[]): string {
  const [first] = operations;
  return operations.length === 1 && first !== undefined ? verbOf(first.op) : 'batch';
}

/** Options of every job that we push, as BullMQ stores them. Settled jobs leave the last 100 for Bull Board. */
export const LANE_JOB_OPTIONS = { attempts: 1, removeOnComplete: { count: 100 } } as const;

/** The id of a dead letter: a crash can't make two, and a second rejection isn't taken for the first. */
export function deadLetterJobId(operation: QueuedOperation): string {
  return `${operation.id}-${operation.redrives ?? 0}`;
}

export type ReadJob =
  | { readonly kind: 'ok'; readonly operations: readonly QueuedOperation[] }
  /** Written by a newer version: leave it for a newer worker. */
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'unreadable'; readonly problem: string };

/**
 * Reads the data of a lane or fallback job, written by this version or the one before it. Jobs come from Redis, where
 * others may write too: what doesn't have our shape is `unreadable`, never a crash.
 */
export function readLaneJob(data: unknown): ReadJob {
  if (typeof data !== 'object' || data === null) return unreadable('expected an object');
  const { v, operations } = data as { v?: unknown; operations?: unknown };
  if (typeof v !== 'number') return unreadable('expected a number in v');
  if (v > JOB_FORMAT_VERSION) return { kind: 'newer', version: v };
  if (v !== JOB_FORMAT_VERSION) return unreadable(`expected version ${JOB_FORMAT_VERSION}, got ${v}`);
  if (!Array.isArray(operations) || operations.length === 0) return unreadable('expected operations, at least one');
  for (const [index, operation] of operations.entries()) {
    if (!isQueuedOperation(operation)) return unreadable(`operations[${index}] is not an accepted operation`);
  }
  return { kind: 'ok', operations };
}

function unreadable(problem: string): ReadJob {
  return { kind: 'unreadable', problem };
}

/** A shallow check: producers validated the operation; this only makes sure that the lane can route and settle it. */
function isQueuedOperation(value: unknown): value is QueuedOperation {
  if (typeof value !== 'object' || value === null) return false;
  const { id, at, idempotencyWindowMs, op } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || id === '' || !Number.isSafeInteger(at)) return false;
  if (idempotencyWindowMs !== undefined && !isPeriod(idempotencyWindowMs)) return false;
  return typeof op === 'object' && op !== null && isRoutable(op);
}

/** Whether Redis takes it as a time to live, in ms: another one would end every start of its lane with an error. */
function isPeriod(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function isRoutable(op: object): boolean {
  const fields = op as Readonly<Record<string, unknown>>;
  if (fields.type === 'person' && fields.action === 'merge')
    return isPerson(fields.primary) && isPerson(fields.secondary);
  // A name such as `constructor` finds something in any table, but no verb.
  return isAddressed(fields) && typeof verbOf(op as Operation) === 'string';
}

function isAddressed({ type, identifiers, data, person, name }: Readonly<Record<string, unknown>>): boolean {
  switch (type) {
    case 'person':
      return isPerson(identifiers);
    case 'object':
      return isObject(identifiers);
    case 'delivery':
      return hasText(identifiers, 'id');
    case 'form':
      return hasText(identifiers, 'form_id') && (hasText(data, 'id') || hasText(data, 'email'));
    case 'segment':
      return hasText(identifiers, 'segment_id') && isPerson(person);
    case 'invite':
      return typeof name === 'string' && name !== '';
    default:
      return false;
  }
}

function isPerson(identifiers: unknown): boolean {
  return ['id', 'email', 'phone', 'cio_id', 'anonymous_id'].some((name) => hasText(identifiers, name));
}

function isObject(identifiers: unknown): boolean {
  if (hasText(identifiers, 'cio_object_id')) return true;
  return hasText(identifiers, 'object_type_id') && hasText(identifiers, 'object_id');
}

function hasText(identifiers: unknown, name: string): boolean {
  if (typeof identifiers !== 'object' || identifiers === null) return false;
  const value = (identifiers as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' && value !== '';
}
