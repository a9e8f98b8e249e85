import { MAX_TIME_MS } from '../row.ts';
import { toUuid } from '../row-key.ts';
import type { JournalEntry } from './journal-entry.ts';

/** Where the next page begins. */
export interface Position {
  readonly time: number;
  readonly operationId: string;
  readonly step: number;
}

/** An opaque text for a link to the next page. */
export function cursorOf({ time, operationId, step }: JournalEntry): string {
  return Buffer.from(JSON.stringify([time, toUuid(operationId), step])).toString('base64url');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_STEP = 2_147_483_647;

/** Undefined for what is no cursor of ours. */
export function readCursor(cursor: string): Position | undefined {
  try {
    const [time, operationId, step] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    // Anybody can make one: what no row can have, no database has a number for.
    if (!isIntegerUpTo(time, MAX_TIME_MS) || !isIntegerUpTo(step, MAX_STEP)) return undefined;
    if (typeof operationId !== 'string' || !UUID.test(operationId)) return undefined;
    return { time: time as number, operationId, step: step as number };
  } catch {
    return undefined; // a link that was cut: the first page is the answer
  }
}

function isIntegerUpTo(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= most;
}
