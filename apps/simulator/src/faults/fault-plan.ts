/** How the Track endpoints misbehave. Every field is optional; see the README for recipes. */
export interface FaultPlan {
  /** Status of the answer, 200 to 599. From 300 on nothing is applied; below, the request is processed as ever. */
  readonly status?: number;
  /** Share of the requests that are hit, 0 to 1. @defaultValue 1 */
  readonly rate?: number;
  /** Extra time before the answer, in milliseconds, with or without a status. @defaultValue 0 */
  readonly latencyMs?: number;
  /** `Retry-After` of the answer; the status is 429 where none is given. */
  readonly retryAfterSeconds?: number;
  /** The body is a page of HTML, as proxies send it; the status is 502 where none is given. */
  readonly html?: boolean;
  /** Takes the request and never answers; nothing is applied. */
  readonly hang?: boolean;
  /** Processes the request, sends the head and half of the body, and destroys the connection. */
  readonly resetMidAnswer?: boolean;
  /** Processes the request and destroys the connection without an answer. */
  readonly dropAfterAccept?: boolean;
  /** Operations of this name (an event's name, else the action) are refused: listed in a 207, or 400 for a single one. */
  readonly rejectName?: string;
  /** A request with an operation of this name is refused as a whole, with 400. */
  readonly poisonName?: string;
  /** The plan ends by itself after this many milliseconds. */
  readonly forMs?: number;
  /** Makes `rate` hit the same requests of every run. */
  readonly seed?: number;
}

/** What is wrong with a plan. */
export interface FaultPlanProblem {
  readonly code: 'FAULT_FIELD_UNKNOWN' | 'FAULT_FIELD_INVALID' | 'FAULT_BODY_INVALID';
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

interface FieldRule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const MAX_TIMER = 2 ** 31 - 1;

const integer = (min: number, max: number, unit: string): FieldRule => ({
  expected: `an integer from ${min} to ${max}${unit}`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
});
const flag: FieldRule = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
const name: FieldRule = {
  expected: 'a string of 1 to 500 characters',
  accepts: (value) => typeof value === 'string' && value.length > 0 && value.length <= 500,
};

const RULES: Readonly<Record<keyof FaultPlan, FieldRule>> = {
  status: integer(200, 599, ''),
  rate: {
    expected: 'a number from 0 to 1',
    accepts: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  },
  latencyMs: integer(0, MAX_TIMER, ' milliseconds'),
  retryAfterSeconds: integer(0, 86_400, ' seconds'),
  html: flag,
  hang: flag,
  resetMidAnswer: flag,
  dropAfterAccept: flag,
  rejectName: name,
  poisonName: name,
  forMs: integer(1, MAX_TIMER, ' milliseconds'),
  seed: integer(0, 2 ** 32 - 1, ''),
};

/** Checks a plan: every field known and of its type. */
export function parseFaultPlan(
  value: unknown,
): { readonly ok: true; readonly plan: FaultPlan } | { readonly ok: false; readonly problem: FaultPlanProblem } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const got = value === undefined ? 'no JSON' : describe(value);
    return problem('FAULT_BODY_INVALID', '', 'a JSON object with fault fields, such as {"status":503}', got);
  }
  for (const [field, given] of Object.entries(value)) {
    if (!Object.hasOwn(RULES, field)) {
      return problem(
        'FAULT_FIELD_UNKNOWN',
        field.slice(0, 64),
        `one of ${Object.keys(RULES).join(', ')}`,
        field.slice(0, 64),
      );
    }
    const rule = RULES[field as keyof FaultPlan];
    if (!rule.accepts(given)) return problem('FAULT_FIELD_INVALID', field, rule.expected, describe(given));
  }
  return { ok: true, plan: { ...value } };
}

const problem = (code: FaultPlanProblem['code'], field: string, expected: string, got: string) =>
  ({ ok: false, problem: { code, field, expected, got } }) as const;

/** Scalars as they are; structures by their kind alone, for they may be deep. */
function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(JSON.stringify(value)).slice(0, 64);
}
