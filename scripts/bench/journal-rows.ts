import { createUlidFactory } from '@cio-fleet/contracts';
import { failureFingerprint, type JournalRow } from '@cio-fleet/journal';

/** Which rows the journal's bench writes. */
export interface RowPlan {
  readonly workspace: string;
  /** Characters of the payload; a row has about 170 bytes more. */
  readonly payloadCharacters: number;
  /** Rows are spread over so many ms up to now, oldest first. @defaultValue 0: all are of now */
  readonly spreadMs?: number;
  /** How many rows the spread is for. @defaultValue 1 */
  readonly rows?: number;
}

/**
 * What the rows are like: 100,000 persons, the busiest with 2 % of the rows; sessions of five rows; 20 sources; 200 names; 3 %
 * dead letters in 60 groups.
 */
export const ROW_FACTS = { persons: 100_000, sources: 20, names: 200, sessionRows: 5, rowsPerFailure: 33 } as const;

/** Payloads that make rows of 700 bytes and of 4.7 KB. */
export const PAYLOAD_CHARACTERS = { small: 538, large: 4_500 } as const;

const ulidAt = createUlidFactory();
const SCATTER = 2_654_435_761;
const WORDS = Array.from({ length: 997 }, (_, n) => `${((n + 1) * SCATTER) % 4_294_967_296}`.slice(0, 8));
const ATTRIBUTES = 'plan email phone city country language currency birthday company title'.split(' ');
const FAULTS = 'is not known|is too long|is no number|is no date|is reserved|is missing'.split('|');

/** How rows fail, by group. */
export const FAILURES = ATTRIBUTES.flatMap((attribute) =>
  FAULTS.map((fault) => {
    const facts = {
      action: 'track',
      status: 400,
      errorCode: 'REJECTED',
      reason: `the attribute ${attribute} ${fault}`,
    };
    return { ...facts, fingerprint: failureFingerprint(facts) };
  }),
);

/** The `n`th row. */
export function benchRow(n: number, { workspace, payloadCharacters, spreadMs = 0, rows = 1 }: RowPlan): JournalRow {
  const time = Math.round(Date.now() - spreadMs * (1 - n / rows));
  const failure = n % ROW_FACTS.rowsPerFailure === 0 ? failureOf(n) : undefined;
  const session = Math.floor(n / ROW_FACTS.sessionRows);
  return {
    time,
    acceptedAt: time,
    workspace,
    operationId: ulidAt(time),
    outcome: failure === undefined ? 'delivered' : 'dead-lettered',
    person: personOf(((session * SCATTER) % 4_294_967_296) / 4_294_967_296),
    sessionId: `session-${session}`,
    traceId: `${(n % 1_000_000).toString(16).padStart(32, '0')}`,
    source: `service-${n % ROW_FACTS.sources}`,
    action: 'track',
    name: `Event ${n % ROW_FACTS.names}`,
    attempts: 1,
    status: failure?.status ?? 200,
    ...(failure === undefined ? {} : { errorCode: failure.errorCode, reason: failure.reason }),
    worker: 'worker-1',
    lane: n % 8,
    queuedMs: n % 500,
    payload: payloadOf(n, payloadCharacters),
  };
}

/** By the cube: few persons do most. */
export function personOf(random: number): string {
  return `id:${Math.floor(random ** 3 * ROW_FACTS.persons)}`;
}

/** The one with the most rows. */
export const BUSIEST = 'id:0';

function failureOf(n: number) {
  return FAILURES[Math.floor(n / ROW_FACTS.rowsPerFailure) % FAILURES.length];
}

function payloadOf(n: number, characters: number): string {
  let text = '{"type":"person","action":"event","attributes":{';
  for (let field = 0; text.length < characters - 40; field += 1) {
    text += `${field === 0 ? '' : ','}"field_${field}":"${WORDS[(n + field * 31) % WORDS.length]}${n}"`;
  }
  return `${text}}}`;
}
