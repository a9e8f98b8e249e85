import type { RefusalCode } from '@cio-fleet/contracts';
import type { EnqueueFailed } from '@cio-fleet/producer';

/** The operation can't be accepted as it is. */
export function regionRefused(code: RefusalCode & `REGION_${string}`, trait: string): EnqueueFailed {
  const facts = {
    REGION_UNKNOWN: {
      expected: `a person whose ${trait} is known`,
      received: 'one who was not identified with it',
      remedy: `identify with ${trait} first`,
    },
    REGION_CONFLICT: {
      expected: 'persons, or an object, of one region',
      received: 'two regions',
      remedy: `send one operation for each region; say ${trait} of a person who moved, and of an object alone`,
    },
  }[code];
  const message = `expected ${facts.expected}, got ${facts.received}; ${facts.remedy}`;
  const refusal = { code, path: '', expected: facts.expected, received: facts.received, message };
  return { ok: false, error: { code, message, refusal } };
}

/** The operation can't be accepted now. */
export function regionUnsettled(code: 'REGION_UNAVAILABLE' | 'REGION_RULE_FAILED'): EnqueueFailed {
  const message = {
    REGION_UNAVAILABLE:
      'expected Redis to tell a region, it is slow or away; the operation was not taken; try again later',
    REGION_RULE_FAILED:
      "expected a workspace of the region rule's function, it failed; the operation was not taken; mend the module",
  }[code];
  return { ok: false, error: { code, message } };
}
