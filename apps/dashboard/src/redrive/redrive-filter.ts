import type { DeadLetterFilter, RestingDeadLetter } from '@cio-fleet/lanes';
import { fingerprintsOf } from '../errors/dead-letter-groups.ts';
import { momentText, readMoment } from '../page/clock.ts';

/** Which dead letters a redrive means. */
export interface RedriveFilter extends DeadLetterFilter {
  /** Fingerprint of a group of errors. */
  readonly group?: string;
}

/** The fields of the form and of the address, in this order. */
export const FILTER_FIELDS = ['group', 'reason', 'verb', 'name', 'source', 'person', 'since', 'until', 'ids'] as const;

type FilterField = (typeof FILTER_FIELDS)[number];

export type FilterTexts = Readonly<Partial<Record<FilterField, string>>>;

const MAX_CHARACTERS = 500;
const MAX_IDS = 100;

/** Reads a filter, or says which field can't be read. What isn't given doesn't narrow. */
export function readRedriveFilter(
  query: Readonly<Record<string, string>>,
):
  | { readonly ok: true; readonly filter: RedriveFilter; readonly texts: FilterTexts }
  | { readonly ok: false; readonly problem: string } {
  const texts: Partial<Record<FilterField, string>> = {};
  for (const field of FILTER_FIELDS) {
    const text = query[field];
    if (text === undefined) continue;
    if (text.length > MAX_CHARACTERS && field !== 'ids') {
      return { ok: false, problem: `${field}: expected at most ${MAX_CHARACTERS} characters, got ${text.length}.` };
    }
    texts[field] = text;
  }
  const { since: sinceText, until: untilText, ids: idsText, ...rest } = texts;
  const [since, until] = [readMoment(sinceText), readMoment(untilText)];
  for (const [name, text, ms] of [
    ['since', sinceText, since],
    ['until', untilText, until],
  ] as const) {
    // To leave it out would redrive far more than was meant.
    if (text !== undefined && ms === undefined) {
      return { ok: false, problem: `${name}: expected a time such as 2026-11-21T12:00, got "${text}".` };
    }
  }
  const ids = idsText?.split(/[\s,]+/).filter(Boolean);
  if (ids !== undefined && ids.length > MAX_IDS) {
    return { ok: false, problem: `ids: expected at most ${MAX_IDS}, got ${ids.length}.` };
  }
  const filter: RedriveFilter = {
    ...rest,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(ids === undefined ? {} : { ids }),
  };
  return { ok: true, filter, texts };
}

/** The part of a filter that lanes don't know: the group. */
export function groupCondition({ group }: RedriveFilter): {
  readonly isMeant?: (deadLetter: RestingDeadLetter) => boolean;
} {
  return group === undefined ? {} : { isMeant: (deadLetter) => fingerprintsOf(deadLetter).includes(group) };
}

/** A filter in words. */
export function describeFilter(filter: RedriveFilter): string {
  const parts = Object.entries(filter).map(([field, value]) => {
    const text = typeof value === 'number' ? momentText(value) : Array.isArray(value) ? value.join(' ') : String(value);
    return `${field} ${text}`;
  });
  return parts.join(', ') || 'all';
}
