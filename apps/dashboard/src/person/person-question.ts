import { isUlid, type QueuedOperation, traceIdOf } from '@cio-fleet/contracts';
import type { Subject } from '@cio-fleet/journal';

/** What a look-up is by. `auto`: decided by what is found. */
export const LOOK_UPS = ['auto', 'person', 'session', 'trace', 'operation'] as const;

export type LookUp = (typeof LOOK_UPS)[number];

/** What somebody asks on the person page. */
export interface PersonQuestion {
  readonly text: string;
  readonly by: LookUp;
  /** How far back, in days. */
  readonly days: number;
  /** Whether to look in the archive, too. */
  readonly archive: boolean;
  /** Where the page before ended. */
  readonly after?: string;
}

const DEFAULT_DAYS = 15;
const MAX_DAYS = 3_650;
const MAX_CHARACTERS = 500;

export function readPersonQuestion(query: Readonly<Record<string, string>>): PersonQuestion | undefined {
  const text = query.q?.slice(0, MAX_CHARACTERS);
  if (text === undefined) return undefined;
  const days = Math.trunc(Number(query.days ?? DEFAULT_DAYS));
  return {
    text,
    by: LOOK_UPS.find((each) => each === query.by) ?? 'auto',
    days: Number.isFinite(days) ? Math.min(MAX_DAYS, Math.max(1, days)) : DEFAULT_DAYS,
    archive: query.archive === '1',
    ...(query.after === undefined ? {} : { after: query.after }),
  };
}

/** What to look for, in this order; the first that finds something is what was meant. */
export function lookUpsOf({ text, by }: PersonQuestion): readonly Exclude<LookUp, 'auto'>[] {
  if (by === 'operation') return isUlid(text) ? ['operation'] : [];
  if (by !== 'auto') return [by];
  return isUlid(text) ? ['operation', 'person', 'session', 'trace'] : ['person', 'session', 'trace'];
}

export function subjectOf(by: Exclude<LookUp, 'auto'>, text: string): Subject {
  switch (by) {
    case 'person':
      return { person: text };
    case 'session':
      return { sessionId: text };
    case 'trace':
      return { traceId: text };
    case 'operation':
      return { operationId: text };
  }
}

/** Whether an operation of somebody who is meant is what was asked for. It carries a traceparent, of which people know the trace. */
export function isAskedFor({ text, by }: PersonQuestion, operation: QueuedOperation): boolean {
  switch (by) {
    case 'session':
      return operation.sessionId === text;
    case 'trace':
      return operation.traceId !== undefined && traceIdOf(operation.traceId) === traceIdOf(text);
    case 'operation':
      return operation.id === text;
    default:
      return true;
  }
}
