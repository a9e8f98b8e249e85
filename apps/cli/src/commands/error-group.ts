import { failureFingerprint } from '@cio-fleet/journal';
import type { RedriveOptions, RestingDeadLetter } from '@cio-fleet/lanes';

/** Narrows dead letters to a group of `fleet errors`; undefined doesn't narrow. */
export function groupCondition(group: string | undefined): Pick<RedriveOptions, 'isMeant'> {
  return group === undefined ? {} : { isMeant: (deadLetter) => groupsOf(deadLetter).includes(group) };
}

/** The groups of a dead letter as the journal groups failures: one for each verb in it. */
function groupsOf({ verbs, name, reason, operations }: RestingDeadLetter): readonly string[] {
  const facts = {
    status: reason.status ?? null,
    errorCode: reason.code,
    // A packed one quotes the reason of its first operation.
    reason: operations.length > 1 ? reason.message.replace(/^\d+ operations, the first: /, '') : reason.message,
  };
  return (verbs.length === 0 ? [name] : verbs).map((action) => failureFingerprint({ action, ...facts }));
}
