import { failureFingerprint, normalizeReason } from '@cio-fleet/journal';
import type { RestingDeadLetter } from '@cio-fleet/lanes';
import type { RestingOutline } from '../fleet/resting-dead-letters.ts';

/** What equal dead letters share, and which of them rest. */
export interface RestingGroup {
  readonly fingerprint: string;
  readonly action: string;
  /** 0: no answer. */
  readonly status: number;
  readonly errorCode: string;
  /** Without what differs from case to case. */
  readonly reason: string;
  /** Operations at rest. */
  readonly operations: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Operation ids, at most 5. */
  readonly samples: readonly string[];
  readonly persons: ReadonlySet<string>;
}

const MAX_SAMPLES = 5;

/** The groups that a dead letter belongs to, by the journal's own measure: one for each verb in it. */
export function fingerprintsOf({
  verbs,
  name,
  reason,
  operations,
}: RestingDeadLetter | RestingOutline): readonly string[] {
  const facts = {
    status: reason.status ?? null,
    errorCode: reason.code,
    // A packed one quotes the reason of its first operation.
    reason: operations.length > 1 ? reason.message.replace(/^\d+ operations, the first: /, '') : reason.message,
  };
  return (verbs.length === 0 ? [name] : verbs).map((action) => failureFingerprint({ action, ...facts }));
}

/** Dead letters at rest, grouped as the journal groups failures. */
export function groupDeadLetters(deadLetters: readonly RestingOutline[]): ReadonlyMap<string, RestingGroup> {
  const groups = new Map<string, RestingGroup>();
  for (const deadLetter of deadLetters) {
    const { at, reason, verbs, name, operations, persons } = deadLetter;
    for (const [index, fingerprint] of fingerprintsOf(deadLetter).entries()) {
      const before = groups.get(fingerprint);
      const samples = [...(before?.samples ?? []), ...operations.map(({ id }) => id).slice(0, MAX_SAMPLES)];
      groups.set(fingerprint, {
        fingerprint,
        action: verbs[index] ?? name,
        status: reason.status ?? 0,
        errorCode: reason.code,
        reason: normalizeReason(reason.message),
        operations: (before?.operations ?? 0) + Math.max(1, operations.length),
        firstAt: Math.min(before?.firstAt ?? Number.POSITIVE_INFINITY, at),
        lastAt: Math.max(before?.lastAt ?? 0, at),
        samples: samples.slice(0, MAX_SAMPLES),
        persons: new Set([...(before?.persons ?? []), ...persons]),
      });
    }
  }
  return groups;
}
