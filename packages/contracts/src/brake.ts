import { laneKeyOf } from './lane.ts';
import type { QueuedOperation } from './queued-operation.ts';
import { isErasure, neverExpires, type Verb, verbOf } from './verb.ts';

/** `hold`: what matches waits until the brake is released. `discard`: it is dropped, and counted as discarded. */
export type BrakeKind = 'hold' | 'discard';

/** Which operations are meant; absent fields don't narrow. A brake has at least one. */
export interface BrakeFilter {
  /** Name of an event, page or screen, as it is sent. */
  readonly name?: string;
  readonly verb?: Verb;
  /** The service that sent it. */
  readonly source?: string;
  /** Lane key, e.g. `id:42`. */
  readonly person?: string;
  /** Accepted (or redriven) at or after, in ms since the epoch. */
  readonly since?: number;
  /** Accepted (or redriven) before, in ms since the epoch. */
  readonly until?: number;
}

/** An operator's order to hold or to discard what matches, until it is released. */
export interface Brake {
  /** ULID. */
  readonly id: string;
  readonly kind: BrakeKind;
  readonly filter: BrakeFilter;
  /** When it was set, by Redis's clock, in ms. */
  readonly at: number;
  /** Who set it. */
  readonly by: string;
  readonly reason?: string;
  /** From here on it matches nothing, in ms: nothing that it means can wait any more. Discards only. */
  readonly expiresAt?: number;
}

/** What all fields of a filter look like. A field that isn't here was written by a newer version. */
const FIELD_TYPES = {
  name: 'string',
  verb: 'string',
  source: 'string',
  person: 'string',
  since: 'number',
  until: 'number',
} as const satisfies Record<keyof BrakeFilter, 'string' | 'number'>;

/**
 * Reads a brake as Redis has it. One that can't be understood, such as a filter with a field of a newer version, is
 * `undefined` and brakes nothing: to leave out a field would brake far more than was meant.
 */
export function readBrake(text: string): Brake | undefined {
  const brake = parse(text) as Partial<Brake> | undefined;
  if (brake === undefined || (brake.kind !== 'hold' && brake.kind !== 'discard')) return undefined;
  if (typeof brake.id !== 'string' || typeof brake.at !== 'number' || typeof brake.by !== 'string') return undefined;
  if (brake.expiresAt !== undefined && typeof brake.expiresAt !== 'number') return undefined;
  return isBrakeFilter(brake.filter) ? (brake as Brake) : undefined;
}

/** Whether `filter` narrows something, by fields that this version knows. */
export function isBrakeFilter(filter: unknown): filter is BrakeFilter {
  if (typeof filter !== 'object' || filter === null) return false;
  const fields = Object.entries(filter);
  const types: Readonly<Record<string, string>> = FIELD_TYPES;
  return (
    fields.length > 0 && fields.every(([name, value]) => Object.hasOwn(types, name) && typeof value === types[name])
  );
}

/** Whether `operation` is meant by `brake`. Pure; only the end of a discard depends on `nowMs`. */
export function matchesBrake(operation: QueuedOperation, { kind, filter, expiresAt }: Brake, nowMs: number): boolean {
  if (expiresAt !== undefined && nowMs >= expiresAt) return false;
  if (!matchesBrakeFilter(operation, filter)) return false;
  if (filter.verb !== undefined) return true;
  // Erasure is a duty: nobody drops or delays one by the way. It can't overtake anything either, for what was accepted
  // before it is erased. An unsuppress may wait in its turn, but is not dropped: the person would stay suppressed.
  return !(kind === 'discard' ? neverExpires(operation.op) : isErasure(operation.op));
}

/** Whether `filter` means `operation`, whatever it does. */
export function matchesBrakeFilter(operation: QueuedOperation, filter: BrakeFilter): boolean {
  const { name, verb, source, person, since, until } = filter;
  const { op } = operation;
  // Whoever redrives has decided anew: time counts from there.
  const acceptedAt = Math.max(operation.at, operation.redrivenAt ?? 0);
  if (since !== undefined && acceptedAt < since) return false;
  if (until !== undefined && acceptedAt >= until) return false;
  if (source !== undefined && operation.source !== source) return false;
  if (name !== undefined && !('name' in op && op.name === name)) return false;
  if (verb !== undefined && verbOf(op) !== verb) return false;
  return person === undefined || laneKeyOf(op) === person;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // Not JSON: not written by us.
    return undefined;
  }
}
