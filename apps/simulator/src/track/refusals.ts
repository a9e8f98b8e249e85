import { invalid, type Problem, tooLarge } from '../problem.ts';

/** The bodies of 401, 404, 405 and 413 are not documented; clients must go by the status. */
export const UNAUTHORIZED: Problem = invalid('Authorization', 'Unauthorized request');
export const NOT_FOUND: Problem = invalid('path', 'not found');
export const wrongMethod = (allowed: readonly string[]): Problem =>
  invalid('method', `method not allowed, expected ${allowed.join(' or ')}`);
export const bodyTooLarge = (limitBytes: number): Problem =>
  tooLarge('', `request body must be smaller than ${limitBytes} bytes`);
