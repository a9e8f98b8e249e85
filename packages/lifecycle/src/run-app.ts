import type { LifecycleLogger } from './logger-port.ts';
import type { Service } from './service.ts';
import { stopServices } from './stop-services.ts';

/** The events of the process that an app listens to; `process` in production. */
export interface ProcessEvents {
  on(event: string, listener: (cause: unknown) => void): unknown;
  off(event: string, listener: (cause: unknown) => void): unknown;
}

/** An app: its parts, in the order of their start. */
export interface AppOptions {
  /** Started in this order, stopped in reverse. */
  readonly services: readonly Service[];
  /**
   * How long stopping may take, in milliseconds; then the process ends with code 1. Keep the supervisor's grace period
   * above it.
   * @defaultValue 25_000
   */
  readonly stopDeadlineMs?: number;
  readonly logger: LifecycleLogger;
  /** Facts of the ready line, asked when everything has started: at least `port`. */
  readonly readyFacts?: () => Readonly<Record<string, unknown>>;
  /** Called first when a stop begins: stop taking new work. */
  readonly onQuiet?: () => void | Promise<void>;
  /** @defaultValue process.exit */
  readonly exit?: (code: number) => void;
  /** @defaultValue process */
  readonly events?: ProcessEvents;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const FAILURES = ['uncaughtException', 'unhandledRejection'] as const;

const defaults = {
  stopDeadlineMs: 25_000,
  exit: (code: number) => process.exit(code),
  events: process as ProcessEvents,
} satisfies Partial<AppOptions>;

/**
 * Runs an app until it is told to end, and owns the signals and the one `process.exit` of the process.
 *
 * SIGTERM or SIGINT: quiet, stop the services in reverse, exit 0. A second signal, or the deadline: exit 1 at once. A
 * start that fails, or an error that nobody caught: stop what runs, exit 1.
 *
 * @returns when everything has started, or the app is ending because it could not start
 */
export async function runApp(options: AppOptions): Promise<void> {
  const { services, stopDeadlineMs, logger, exit, events, readyFacts, onQuiet } = { ...defaults, ...options };
  const started: Service[] = [];
  let ending: Promise<void> | undefined;
  let waitsFor = 'quiet';
  let hasExited = false;

  const exitOnce = (code: number) => {
    if (hasExited) return;
    hasExited = true;
    for (const signal of STOP_SIGNALS) events.off(signal, onSignal);
    for (const failure of FAILURES) events.off(failure, onFailure);
    exit(code);
  };

  const end = async (code: number) => {
    const deadline = setTimeout(() => {
      logger.error({ stopDeadlineMs, waitsFor }, 'stop deadline passed, ending by force');
      exitOnce(1);
    }, stopDeadlineMs);
    const isQuiet = await quiet(onQuiet, logger);
    const isClean = await stopServices(started, logger, (name) => {
      waitsFor = name;
    });
    clearTimeout(deadline);
    logger.info({}, 'stopped');
    exitOnce(isQuiet && isClean ? code : 1);
  };

  function onSignal(signal: unknown) {
    if (ending) {
      logger.warn({ signal, waitsFor }, 'second signal, ending by force');
      return exitOnce(1);
    }
    logger.info({ signal }, 'stopping');
    ending = end(0);
  }

  function onFailure(err: unknown) {
    logger.fatal({ err }, 'unexpected error, stopping');
    ending ??= end(1);
  }

  for (const signal of STOP_SIGNALS) events.on(signal, onSignal);
  for (const failure of FAILURES) events.on(failure, onFailure);

  for (const service of services) {
    if (ending) return;
    // Listed before it has started, so that a stop in the middle of its start reaches it too.
    started.push(service);
    try {
      await service.start();
    } catch (err) {
      logger.fatal({ err, service: service.name }, 'service failed to start, stopping');
      ending ??= end(1);
      return;
    }
  }
  if (!ending) announcerOf(logger).info(readyFacts?.() ?? {}, 'ready');
}

/** The ready line is part of how an app is run, so it is written whatever the level of the log. */
function announcerOf(logger: LifecycleLogger): LifecycleLogger {
  return logger.child?.({}, { level: 'info' }) ?? logger;
}

async function quiet(onQuiet: AppOptions['onQuiet'], logger: LifecycleLogger): Promise<boolean> {
  try {
    await onQuiet?.();
    return true;
  } catch (err) {
    logger.error({ err }, 'failed to stop taking new work');
    return false;
  }
}
