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

/** Undefined for what is no cursor of ours. */
export function readCursor(cursor: string): Position | undefined {
  try {
    const [time, operationId, step] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (!Number.isSafeInteger(time) || !Number.isSafeInteger(step)) return undefined;
    if (typeof operationId !== 'string' || !/^[0-9a-f-]{36}$/.test(operationId)) return undefined;
    return { time: time as number, operationId, step: step as number };
  } catch {
    return undefined; // a link that was cut: the first page is the answer
  }
}
