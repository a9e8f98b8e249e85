import { outcomesKey } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { numberOf, parseObject, textOf } from './loose-json.ts';

/** What became of an operation, as the live tail shows it. Never with its payload. */
export interface LiveOutcome {
  /** When it happened, in ms since the epoch. */
  readonly time: number;
  /** As in the journal: `delivered`, `failed`, `fell-back`, ... */
  readonly outcome: string;
  readonly operationId: string;
  /** The producer's verb. */
  readonly action: string;
  readonly person?: string;
  readonly name?: string;
  readonly source?: string;
  readonly lane?: string;
  readonly worker?: string;
  readonly attempts?: number;
  readonly status?: number;
  readonly errorCode?: string;
  readonly reason?: string;
  /** From acceptance to this outcome, in ms. */
  readonly queuedMs?: number;
}

/** An entry of the stream; `id` is where reading goes on. */
export interface StreamedOutcome extends LiveOutcome {
  readonly id: string;
}

/** Entries kept for each workspace, about. */
export const KEPT_OUTCOMES = 10_000;

/** Appends outcomes in one round trip. Of more than fit, the last are appended. */
export async function appendOutcomes(redis: Redis, workspace: string, outcomes: readonly LiveOutcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  const pipeline = redis.pipeline();
  for (const outcome of outcomes.slice(-KEPT_OUTCOMES)) {
    pipeline.xadd(outcomesKey(workspace), 'MAXLEN', '~', KEPT_OUTCOMES, '*', 'o', JSON.stringify(outcome));
  }
  await pipeline.exec();
}

/** The newest entries, newest first. */
export async function readLatestOutcomes(
  redis: Redis,
  workspace: string,
  count: number,
): Promise<readonly StreamedOutcome[]> {
  return (await redis.xrevrange(outcomesKey(workspace), '+', '-', 'COUNT', count)).flatMap(readEntry);
}

/** A piece of the stream. */
export interface OutcomesPiece {
  /** Oldest first. */
  readonly outcomes: readonly StreamedOutcome[];
  /** Where the next piece begins. */
  readonly lastId: string;
}

/** The entries after `id`. */
export async function readOutcomesAfter(
  redis: Redis,
  workspace: string,
  id: string,
  count: number,
): Promise<OutcomesPiece> {
  const entries = await redis.xrange(outcomesKey(workspace), `(${id}`, '+', 'COUNT', count);
  return { outcomes: entries.flatMap(readEntry), lastId: entries.at(-1)?.[0] ?? id };
}

const TEXTS = ['person', 'name', 'source', 'lane', 'worker', 'errorCode', 'reason'] as const;
const NUMBERS = ['attempts', 'status', 'queuedMs'] as const;

/** Reads what a worker of this or another version wrote. */
function readEntry([id, fields]: [id: string, fields: string[]]): readonly StreamedOutcome[] {
  const entry = parseObject(fields[1] ?? null);
  if (fields[0] !== 'o' || entry === undefined) return [];
  const optional = [
    ...TEXTS.map((name) => [name, textOf(entry[name])] as const),
    ...NUMBERS.map((name) => [name, numberOf(entry[name])] as const),
  ].filter(([, value]) => value !== null);
  return [
    {
      id,
      time: numberOf(entry.time) ?? Number(id.split('-')[0]),
      outcome: textOf(entry.outcome) ?? 'unknown',
      operationId: textOf(entry.operationId) ?? '',
      action: textOf(entry.action) ?? '',
      ...Object.fromEntries(optional),
    },
  ];
}
