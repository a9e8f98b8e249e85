import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { serializeError } from './error-serializer.ts';
import { REDACTED_PATHS } from './redacted-paths.ts';
import { scrub } from './scrub.ts';
import { activeTrace } from './tracing/active-trace.ts';

export type { Logger } from 'pino';

/** The levels of the log, from chatty to silent. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Who logs, how much, and where to. */
export interface LoggerOptions {
  /** The app's name; the `app` field of every line. */
  readonly name: string;
  /** The app's version; the `version` field of every line. */
  readonly version: string;
  /** @defaultValue 'info' */
  readonly level?: LogLevel;
  /** @defaultValue stdout, written synchronously, so that no line is lost when the process ends */
  readonly destination?: DestinationStream;
}

/**
 * A logger of JSON lines with fixed fields: `time` (ISO), `level`, `app`, `version`, `pid`, `msg`, and `trace_id` and `span_id`
 * where a span is active. Credentials are taken out by field name, by an allow-list for errors (`err`, `error`), and out of URLs
 * in the message.
 *
 * @see docs/observability.md#logs
 */
export function createLogger(options: LoggerOptions): Logger {
  const { name, version, level = 'info' } = options;
  return pino(
    {
      level,
      base: { app: name, version, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      mixin: activeTrace,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError, error: serializeError },
      redact: { paths: [...REDACTED_PATHS], censor },
      hooks: {
        logMethod(parameters, method) {
          const scrubbed = parameters.map((part) => (typeof part === 'string' ? scrub(part) : part));
          method.apply(this, scrubbed as typeof parameters);
        },
      },
    },
    options.destination ?? destination({ dest: 1, sync: true }),
  );
}

/** Of an address the host is worth knowing; of any other secret only that there was one. */
function censor(value: unknown, path: string[]): unknown {
  const isAddress = path.at(-1)?.endsWith('Url') && typeof value === 'string';
  return isAddress ? scrub(value) : '[redacted]';
}
