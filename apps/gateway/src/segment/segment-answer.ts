import type { Response } from 'express';

/** An answer as Segment gives it, and in strict mode as Customer.io's Pipelines do. */
export interface SegmentAnswer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is wrong with one message. */
export interface MessageProblem {
  /** Its place in the batch. */
  readonly index: number;
  readonly code: string;
  /** What was expected, what came, what to do. */
  readonly message: string;
}

/** Errors told at most: one is enough to find the cause, a thousand are a burden. */
const MAX_ERRORS = 100;

export const SUCCESS: SegmentAnswer = { status: 200, body: { success: true } };

/** 400 of strict mode: nothing of the request was accepted. */
export function refusedStrictly(problems: readonly MessageProblem[]): SegmentAnswer {
  const told = problems.slice(0, MAX_ERRORS);
  const errors = told.map(({ message }) => message);
  return { status: 400, body: { success: false, meta: { errors }, errors: told } };
}

export interface Trouble {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** Not served: wrong credentials, too much, or nothing can be made durable now. */
export function troubled({ status, code, message, retryAfterSeconds }: Trouble): SegmentAnswer {
  const body = { success: false, code, message, meta: { errors: [message] } };
  if (status === 401) return { status, body, headers: { 'www-authenticate': 'Basic realm="write key"' } };
  if (retryAfterSeconds === undefined) return { status, body };
  return { status, body, headers: { 'retry-after': String(retryAfterSeconds) } };
}

export function sendAnswer(response: Response, { status, body, headers }: SegmentAnswer): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers }).end(text);
}
