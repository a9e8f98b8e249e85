import type { TrackProblem } from '@cio-fleet/contracts';
import type { Response } from 'express';

/** The two versions of the Track API differ in how they say no. */
export type TrackVersion = 'v1' | 'v2';

/** An answer of the Track API. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As Customer.io answers: an empty object and a line feed. */
export const ACCEPTED: Answer = { status: 200, body: '{}\n' };

/** Forms are answered with no content. */
export const ACCEPTED_WITHOUT_CONTENT: Answer = { status: 204, body: '' };

/** One entry of a 207. */
export interface BatchProblem extends TrackProblem {
  readonly batch_index: number;
}

/** v1 says `{"meta":{"error":…}}`, v2 `{"errors":[{reason, field, message}]}`. */
export function refused(version: TrackVersion, problem: TrackProblem, status = 400): Answer {
  return { status, body: json(version === 'v1' ? { meta: { error: problem.message } } : { errors: [problem] }) };
}

/** 200 when everything was accepted, else 207 with what was not. */
export function acceptedBut(problems: readonly BatchProblem[]): Answer {
  return problems.length === 0 ? ACCEPTED : { status: 207, body: json({ errors: problems }) };
}

/** What an answer says that Customer.io has no words for: a stable code, and when to try again. */
export interface Trouble {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** Not the fault of the request's content: too much, too large, or nothing can be made durable now. */
export function troubled(version: TrackVersion, { code, status, message, retryAfterSeconds }: Trouble): Answer {
  const reason = status >= 500 ? 'unavailable' : 'refused';
  const body =
    version === 'v1' ? { meta: { error: message, code } } : { errors: [{ reason, field: '', message, code }] };
  if (retryAfterSeconds === undefined) return { status, body: json(body) };
  return { status, body: json(body), headers: { 'retry-after': String(retryAfterSeconds) } };
}

/** Sends an answer as a whole. */
export function send(response: Response, { status, body, headers }: Answer): void {
  const type = body === '' ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...type, ...headers }).end(body);
}

const json = (body: object): string => `${JSON.stringify(body)}\n`;
