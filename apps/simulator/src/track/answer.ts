import type { Problem } from '../problem.ts';

/** An answer of the Track API. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** @defaultValue application/json */
  readonly contentType?: string;
  readonly retryAfterSeconds?: number;
}

/** One entry of a 207. */
export interface BatchProblem extends Problem {
  readonly batch_index: number;
}

/** The two dialects differ in how they say no. */
export type Dialect = 'v1' | 'v2';

/** As recorded from the live API: an empty object and a line feed. */
export const ACCEPTED: Answer = { status: 200, body: '{}\n' };

/** Forms are answered with no content. */
export const ACCEPTED_WITHOUT_CONTENT: Answer = { status: 204, body: '' };

/** v1 says `{"meta":{"error":...}}`, v2 `{"errors":[{reason, field, message}]}`. */
export const refused = (status: number, problem: Problem, dialect: Dialect): Answer => ({
  status,
  body: `${JSON.stringify(dialect === 'v1' ? { meta: { error: problem.message } } : { errors: [problem] })}\n`,
});

/** 200 when all was accepted, else 207 with what was not. */
export const acceptedBut = (problems: readonly BatchProblem[]): Answer =>
  problems.length === 0 ? ACCEPTED : { status: 207, body: `${JSON.stringify({ errors: problems })}\n` };
