import type { RequestHandler } from 'express';

const METHODS = 'GET, POST, PUT, DELETE';
const HEADERS =
  'authorization, content-type, content-encoding, x-strict-mode, x-request-id, x-session-id, traceparent, idempotency-key';
/** How long a browser may remember the answer to a preflight; browsers cap it at 2 hours. */
const MAX_AGE_SECONDS = 7_200;

/**
 * Lets pages of these origins call the gateway. Without any the browser's own rule stays: no page of another origin reads an
 * answer. `*` is every origin. Cookies are never allowed; the gateway knows none.
 */
export function createCors(origins: readonly string[]): RequestHandler {
  const listed = new Set(origins);
  return (request, response, next) => {
    if (listed.size === 0) return next();
    response.vary('Origin');
    const { origin } = request.headers;
    if (origin === undefined || !(listed.has(origin) || listed.has('*'))) return next();
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'retry-after');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next();
    response.setHeader('access-control-allow-methods', METHODS);
    response.setHeader('access-control-allow-headers', HEADERS);
    response.setHeader('access-control-max-age', String(MAX_AGE_SECONDS));
    response.status(204).end();
  };
}
