export type {
  DeviceInput,
  ObjectInput,
  PersonInput,
  ReportingWebhook,
  TimestampInput,
  UnlistedWebhook,
  WebhookJobData,
} from '@cio-fleet/contracts';
export type {
  EnqueueAccepted,
  EnqueueError,
  EnqueueErrorCode,
  EnqueueFailed,
  EnqueueResult,
  FlushResult,
} from './enqueue-result.ts';
export type { AnyEvents, EventArguments, EventMap, EventName } from './event-map.ts';
export type { EnqueueFailure, OnError, ProducerLogger } from './failure-report.ts';
export { createProducer } from './producer.ts';
export type {
  CallOptions,
  FlushOptions,
  OperationInput,
  Producer,
} from './producer-calls.ts';
export { PRODUCER_DEFAULTS, type ProducerOptions, ProducerOptionsError } from './producer-options.ts';
export type { RedisClientOptions } from './redis-client.ts';
export type { SpoolState } from './spool/spool-state.ts';
