import type { TrackProblem } from '@cio-fleet/contracts';
import type { HttpProblem } from '../http/http-problem.ts';
import { type Answer, refused, type TrackVersion, troubled } from './answer.ts';

/** The bodies of 401, 404 and 405 are not documented; clients must go by the status. */
export const UNAUTHORIZED: TrackProblem = {
  reason: 'invalid',
  field: 'Authorization',
  message: 'Unauthorized request',
};
export const NOT_FOUND: TrackProblem = { reason: 'invalid', field: 'path', message: 'not found' };
export const BAD_PATH: TrackProblem = {
  reason: 'invalid',
  field: 'path',
  message: 'path is not valid percent-encoding',
};

const BODY_MESSAGES: Readonly<Record<string, string>> = {
  BODY_NOT_JSON: 'request body is not valid JSON',
  BODY_TOO_DEEP: 'request body nests too deep',
};

/** A request that was turned away, in the words of the Track API where it has some. */
export function problemAnswer(version: TrackVersion, problem: HttpProblem): Answer {
  const { code, status, message, retryAfterSeconds } = problem;
  if (status === 401) {
    const challenge = { 'www-authenticate': 'Basic realm="Track API"' };
    return { ...refused(version, UNAUTHORIZED, 401), headers: challenge };
  }
  if (status === 400)
    return refused(version, { reason: 'invalid', field: '', message: BODY_MESSAGES[code] ?? message });
  return troubled(version, { code, status, message, retryAfterSeconds });
}

/** 405, with the methods that there are. */
export function wrongMethod(version: TrackVersion, allowed: readonly string[]): Answer {
  const message = `method not allowed, expected ${allowed.join(' or ')}`;
  return { ...refused(version, { reason: 'invalid', field: 'method', message }, 405), headers: allow(allowed) };
}

/** What `OPTIONS` is answered: which methods there are. Browsers of other origins are not let in by it. */
export function options(allowed: readonly string[]): Answer {
  return { status: 204, body: '', headers: allow(allowed) };
}

const allow = (methods: readonly string[]) => ({ allow: [...methods, 'OPTIONS'].join(', ') });
