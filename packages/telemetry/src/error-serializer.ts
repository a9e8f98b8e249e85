import { scrub } from './scrub.ts';

/** The facts of an error that we log. */
export interface LoggedError {
  readonly code?: string;
  readonly message: string;
  readonly statusCode?: number;
  readonly retryAfterMs?: number;
  /** Only of errors without a code: those that nobody foresaw. */
  readonly stack?: string;
  readonly cause?: Pick<LoggedError, 'code' | 'message'>;
}

/**
 * What the log gets to see of an error: an allow-list. Errors of HTTP clients carry the whole exchange, with the
 * Authorization header in it (customerio-node's `response` does), so nothing is copied that isn't named here.
 */
export function serializeError(error: unknown): LoggedError {
  if (!isObject(error)) return { message: scrub(String(error)) };
  const facts = brief(error);
  return {
    ...facts,
    ...numberField(error, 'statusCode'),
    ...numberField(error, 'retryAfterMs'),
    ...(facts.code === undefined && typeof error.stack === 'string' ? { stack: scrub(error.stack) } : {}),
    ...(isObject(error.cause) ? { cause: brief(error.cause) } : {}),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function brief(error: Fields): Pick<LoggedError, 'code' | 'message'> {
  return {
    ...(typeof error.code === 'string' ? { code: error.code } : {}),
    message: scrub(messageOf(error)),
  };
}

/** A failed connection to a host of several addresses is an AggregateError without a message of its own. */
function messageOf(error: Fields): string {
  if (typeof error.message === 'string' && error.message !== '') return error.message;
  if (Array.isArray(error.errors)) return error.errors.filter(isObject).map(messageOf).join('; ');
  return 'no message';
}

function numberField(error: Fields, name: 'statusCode' | 'retryAfterMs') {
  return typeof error[name] === 'number' ? { [name]: error[name] } : {};
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
