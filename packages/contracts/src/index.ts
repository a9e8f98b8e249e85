export {
  type Brake,
  type BrakeFilter,
  type BrakeKind,
  isBrakeFilter,
  matchesBrake,
  matchesBrakeFilter,
  readBrake,
} from './brake.ts';
export { fenceUlid, isErasedBy } from './erasure.ts';
export { ERROR_CODES, explainCode } from './error-codes.ts';
export {
  CONTENT_IDEMPOTENCY_KEY,
  contentIdempotencyKey,
  DEFAULT_IDEMPOTENCY_WINDOW_MS,
  IDEMPOTENCY_WINDOW_LIMITS_MS,
  idempotencyWindowMs,
} from './idempotency.ts';
export {
  type DeadLetterJobData,
  type DeadLetterReason,
  deadLetterJobId,
  JOB_FORMAT_VERSION,
  jobName,
  LANE_JOB_OPTIONS,
  type LaneJobData,
  type ReadJob,
  readLaneJob,
} from './job.ts';
export { laneKeyOf, laneOf, MAX_LANES, personLaneKey } from './lane.ts';
export { FINAL_STATES, type FinalState, type Ledger, type LedgerField, ledgerResidue, readLedger } from './ledger.ts';
export {
  MAX_ATTRIBUTE_NAME_BYTES,
  MAX_ATTRIBUTE_VALUE_BYTES,
  MAX_ATTRIBUTES,
  MAX_BATCH_BYTES,
  MAX_DEPTH,
  MAX_EVENT_NAME_BYTES,
  MAX_FUTURE_SECONDS,
  MAX_IDENTIFIER_BYTES,
  MAX_OPERATION_BYTES,
  MAX_PAGE_NAME_CHARACTERS,
  MAX_SEGMENT_PEOPLE,
} from './limits.ts';
export type {
  AddDeviceOperation,
  AnonymousIdentifiers,
  AnonymousRelationship,
  Attributes,
  DeleteDeviceOperation,
  DeleteObjectOperation,
  DeliveryEventOperation,
  DeliveryMetric,
  DeliveryMetricOperation,
  DeliveryOperation,
  DeliverySubscriptionOperation,
  Device,
  DevicePlatform,
  EventOperation,
  FormData,
  FormOperation,
  IdentifyAnonymousObjectOperation,
  IdentifyObjectOperation,
  IdentifyOperation,
  InviteOperation,
  Json,
  MergeOperation,
  ObjectIdentifiers,
  ObjectOperation,
  ObjectReference,
  ObjectRelationship,
  ObjectRelationshipsOperation,
  Operation,
  PersonIdentifiers,
  PersonOperation,
  PersonRelationship,
  PersonRelationshipsOperation,
  PersonStateOperation,
  SegmentOperation,
  SegmentPerson,
} from './operation.ts';
export {
  type AttributesInput,
  addDevice,
  type DeviceInput,
  type DraftOptions,
  deleteDevice,
  deleteObject,
  deletePerson,
  identify,
  identifyObject,
  merge,
  type ObjectInput,
  type OperationDraft,
  type PersonInput,
  page,
  relate,
  screen,
  suppress,
  type TimestampInput,
  track,
  trackAnonymous,
  unrelate,
  unsuppress,
} from './operation-builders.ts';
export {
  deadLetterQueueName,
  fallbackQueueName,
  isWorkspaceName,
  journalQueueName,
  laneQueueName,
  parkedQueueName,
  webhookForwardQueueName,
  webhooksQueueName,
} from './queue-names.ts';
export { type QueuedOperation, wireOperation } from './queued-operation.ts';
export {
  parseRedisAddress,
  type RedisAddress,
  type RedisAddressProblem,
  type RedisAddressResult,
  type RedisEndpoint,
  redisPlace,
} from './redis-address.ts';
export { type RedisConnectOptions, type RedisTls, redisConnectOptions } from './redis-connect-options.ts';
export { redisErrorCode } from './redis-error-code.ts';
export {
  erasureKey,
  gatewayLimitKey,
  gatewayReportKey,
  heartbeatKey,
  idempotencyClaimKey,
  outcomesKey,
  queueKeyPrefix,
  queuePrefix,
  regionKey,
  sequenceKey,
  type WorkspaceKeys,
  webhooksTakenKey,
  webhookTakenKey,
  workspaceKeys,
} from './redis-keys.ts';
export type { Refusal } from './refusal.ts';
export { type CodeEntry, REFUSAL_CODES, type RefusalCode } from './refusal-codes.ts';
export { ENQUEUE_LUA, ERASURE_TTL_SECONDS, SEQUENCE_TTL_SECONDS } from './scripts/enqueue.ts';
export { PUSH_LUA } from './scripts/push.ts';
export { toUnixSeconds, type UnixSeconds } from './timestamp.ts';
export { readTraceparent, type TraceContext, traceIdOf } from './trace-label.ts';
export { trackOrigin } from './track-origin.ts';
export { type TrackProblem, trackProblem } from './track-problem.ts';
export { createUlidFactory, isUlid, newUlid, ULID_TIME_LENGTH, ulidMs, ulidTime } from './ulid.ts';
export {
  v1AddDevice,
  v1Delete,
  v1DeleteDevice,
  v1Identify,
  v1Merge,
  v1Suppress,
  v1Unsuppress,
} from './v1-calls/customer-calls.ts';
export { v1Metric, v1PushEvent, v1Unsubscribe } from './v1-calls/delivery-calls.ts';
export { v1AnonymousEvent, v1Event } from './v1-calls/event-calls.ts';
export { v1SubmitForm } from './v1-calls/form-call.ts';
export { type PathIdentifiers, personOfPath } from './v1-calls/person-of-path.ts';
export { v1AddToSegment, v1RemoveFromSegment } from './v1-calls/segment-calls.ts';
export type { V1Call, V1Draft } from './v1-calls/v1-call.ts';
export { type ValidatedOperation, validateOperation } from './validate-operation.ts';
export { isErasure, neverExpires, type Verb, verbOf } from './verb.ts';
export {
  type ReadWebhook,
  type ReportingWebhook,
  readReportingWebhook,
  type UnlistedWebhook,
  type WebhookData,
  type WebhookIdentifiers,
  type WebhookPushRecipient,
} from './webhook-event.ts';
export { WEBHOOK_JOB_OPTIONS, WEBHOOK_JOB_VERSION, type WebhookJobData } from './webhook-job.ts';
export {
  isListedMetric,
  type SubscriptionMetric,
  WEBHOOK_METRICS,
  type WebhookMetric,
  type WebhookObjectType,
} from './webhook-metrics.ts';
