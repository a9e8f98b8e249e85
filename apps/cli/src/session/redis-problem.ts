import { parseRedisAddress, redisPlace as placeOf, redisErrorCode } from '@cio-fleet/contracts';
import { CliError } from './cli-error.ts';
import { EXIT_CODES } from './exit-code.ts';

/** `host:port`, the socket's path, or the hosts of Sentinels or a cluster, without user and password. */
export function redisPlace(redisUrl: string): string {
  const result = parseRedisAddress(redisUrl);
  return result.ok ? placeOf(result.address) : 'the address in REDIS_URL';
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host could not be resolved',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network',
  ECONNRESET: 'it hung up',
  EPIPE: 'it hung up',
  ETIMEDOUT: 'it does not answer',
  ENOENT: 'there is no such socket',
  EACCES: 'the socket may not be opened',
};

const AUTH = /^(NOAUTH|WRONGPASS|NOPERM)\b|invalid password|invalid username-password/i;
const STATES = new Set(['LOADING', 'MASTERDOWN', 'READONLY', 'OOM', 'MISCONF', 'CLUSTERDOWN', 'BUSY']);
const LOST = /Connection is closed|Command timed out|Socket timeout|max retries per request|enableOfflineQueue/i;

/**
 * One line for what went wrong with Redis: what, where, what to do. `undefined` when `error` has nothing to do with Redis.
 *
 * @param error - what ioredis rejected or emitted
 */
export function redisProblem(error: unknown, redisUrl: string): CliError | undefined {
  if (!(error instanceof Error)) return undefined;
  const place = redisPlace(redisUrl);
  const { message } = error;
  const code = codeOf(error);
  const line = (exitCode: CliError['exitCode'], text: string) => new CliError(exitCode, text, { cause: error });
  if (AUTH.test(message)) {
    const what = message.startsWith('NOPERM') ? 'the user lacks a right' : 'it refuses the user or password';
    return line(EXIT_CODES.auth, `Redis at ${place}: ${what} (${message}); correct the credentials in REDIS_URL`);
  }
  const unreachable = code === undefined ? undefined : UNREACHABLE[code];
  if (unreachable !== undefined) return line(EXIT_CODES.failure, awayText(place, `${unreachable} (${code})`));
  if (LOST.test(message)) return line(EXIT_CODES.failure, awayText(place, 'it does not answer'));
  if (STATES.has(redisErrorCode(error) ?? '')) {
    return line(
      EXIT_CODES.failure,
      `Redis at ${place}: it can't serve now (${message}); try again, or run: fleet doctor`,
    );
  }
  if (error.name === 'ReplyError')
    return line(EXIT_CODES.failure, `Redis at ${place}: it refused a command (${message})`);
  return undefined;
}

function awayText(place: string, what: string): string {
  return `Redis at ${place}: expected an answer, but ${what}; start it, or correct REDIS_URL`;
}

/** Names with several addresses fail with one error per address, whose code is that of the whole. */
function codeOf(error: Error): string | undefined {
  const { code, errors } = error as { code?: unknown; errors?: readonly { code?: unknown }[] };
  const found = code ?? errors?.[0]?.code;
  return typeof found === 'string' ? found : undefined;
}
