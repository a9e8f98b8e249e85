import type { LiveOutcome } from '@cio-fleet/lanes';

/** Which outcomes are shown; absent fields don't narrow. */
export interface LiveFilter {
  readonly outcome?: string;
  readonly source?: string;
  /** Part of the person, name, error code, reason, worker or operation id; case doesn't matter. */
  readonly text?: string;
}

export function readLiveFilter({ outcome, source, text }: Readonly<Record<string, string>>): LiveFilter {
  return {
    ...(outcome === undefined ? {} : { outcome }),
    ...(source === undefined ? {} : { source }),
    ...(text === undefined ? {} : { text: text.toLowerCase() }),
  };
}

export function matchesLive(outcome: LiveOutcome, filter: LiveFilter): boolean {
  if (filter.outcome !== undefined && outcome.outcome !== filter.outcome) return false;
  if (filter.source !== undefined && outcome.source !== filter.source) return false;
  const { text } = filter;
  if (text === undefined) return true;
  const { person, name, errorCode, reason, worker, operationId, action } = outcome;
  return [person, name, errorCode, reason, worker, operationId, action].some((each) =>
    each?.toLowerCase().includes(text),
  );
}
