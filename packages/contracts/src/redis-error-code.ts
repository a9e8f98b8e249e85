/**
 * Before Redis 7 an error inside a script comes as the text of an `ERR`: what Redis itself objects to (no memory, a replica, a disk
 * that fails) begins with `-` there; what a command answered, and what a script says of its own, doesn't.
 */
const IN_SCRIPT = /^ERR Error running script .*?: -([A-Z]+)\b/s;

const CODE = /^[A-Z]+\b/;

/**
 * The code of an error that Redis itself answered with: `OOM`, `READONLY`, `MISCONF`, …; the same for all versions of Redis, also
 * where a script ran into it. Undefined for what happened on the way (a lost connection, a time-out), which says nothing of Redis.
 *
 * @param error - what ioredis rejected with or emitted
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
export function redisErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return undefined;
  const { message } = error;
  return IN_SCRIPT.exec(message)?.[1] ?? CODE.exec(message)?.[0] ?? '';
}
