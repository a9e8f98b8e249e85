export { type LoggedError, serializeError } from './error-serializer.ts';
export { createLogger, LOG_LEVELS, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { REDACTED_PATHS } from './redacted-paths.ts';
export { createRegistry, METRIC_PREFIX, type RegistryOptions } from './registry.ts';
export { scrub } from './scrub.ts';
export { createDeliveryTracer, type DeliveryTracer, type DeliveryTracerOptions } from './tracing/delivery-tracer.ts';
