import { newUlid } from '@cio-fleet/contracts';
import type { JournalRow } from '@cio-fleet/journal';

/** What rows of the journal's bench are like: 100,000 persons, the busiest with 2 % of the rows, 3 % failures, 20 sources. */
export interface RowPlan {
  readonly workspace: string;
  /** Characters of the payload; a row has about 170 bytes more. */
  readonly payloadCharacters: number;
  /** Rows are spread over so many days that are over, in ms. @defaultValue all are of now */
  readonly spreadMs?: number;
}

const PERSONS = 100_000;
const SOURCES = 20;
const NAMES = 200;
/** Rows of one session, one after the other. */
const SESSION_ROWS = 5;
const WORDS = Array.from({ length: 997 }, (_, n) => `${((n + 1) * 2_654_435_761) % 4_294_967_296}`.slice(0, 8));

/** The `n`th row. */
export function benchRow(n: number, { workspace, payloadCharacters, spreadMs = 0 }: RowPlan): JournalRow {
  const time = Math.round(Date.now() - (spreadMs === 0 ? 0 : (n * 7_919 * 1_009) % spreadMs));
  const isFailure = n % 33 === 0;
  const session = Math.floor(n / SESSION_ROWS);
  return {
    time,
    acceptedAt: time,
    workspace,
    operationId: newUlid(),
    outcome: isFailure ? 'dead-lettered' : 'delivered',
    person: personOf(((session * 2_654_435_761) % 4_294_967_296) / 4_294_967_296),
    sessionId: `session-${session}`,
    traceId: `${(n % 1_000_000).toString(16).padStart(32, '0')}`,
    source: `service-${n % SOURCES}`,
    action: 'track',
    name: `Event ${n % NAMES}`,
    attempts: 1,
    status: isFailure ? 400 : 200,
    ...(isFailure ? { errorCode: 'REJECTED', reason: `attribute ${n} of plan ${n % 7} is not known` } : {}),
    worker: 'worker-1',
    lane: n % 8,
    queuedMs: n % 500,
    payload: payloadOf(n, payloadCharacters),
  };
}

/** By the cube: few persons do most. */
export function personOf(random: number): string {
  return `id:${Math.floor(random ** 3 * PERSONS)}`;
}

/** The one with the most rows. */
export const BUSIEST = 'id:0';

function payloadOf(n: number, characters: number): string {
  let text = '{"type":"person","action":"event","attributes":{';
  for (let field = 0; text.length < characters - 40; field += 1) {
    text += `${field === 0 ? '' : ','}"field_${field}":"${WORDS[(n + field * 31) % WORDS.length]}${n}"`;
  }
  return `${text}}}`;
}
