export type { Answer } from './answer.ts';
export { type BackoffInput, backoffMs } from './backoff.ts';
export {
  type Breaker,
  type BreakerOptions,
  type BreakerOutcome,
  type BreakerRun,
  createBreaker,
  type Health,
} from './breaker.ts';
export { type BudgetOptions, createBudget } from './budget.ts';
export type { Budget } from './budget-port.ts';
export type { CircuitOverride, CircuitState, CircuitStatus } from './circuit.ts';
export { type CircuitProbeOptions, startCircuitProbe } from './circuit-probe.ts';
export { classify } from './classify.ts';
export { type Courier, type CourierOptions, createCourier, type RequestFacts, type RequestTracer } from './courier.ts';
export { type CustomerioClient, type CustomerioClientOptions, createCustomerioClient } from './customerio-client.ts';
export type { DeliveryError } from './delivery-error.ts';
export type { DeliveryRequest, DeliveryResult, Interruption, Purpose, Settlement } from './delivery-result.ts';
export {
  createIdentifyMemory,
  type DeliveredIdentify,
  type IdentifyMemory,
  type IdentifyMemoryOptions,
} from './identify-memory.ts';
export { DEFAULT_LIMITS, type DeliveryLimits } from './limits.ts';
export { type RateSetting, readRate, setRate } from './rate-setting.ts';
export type { TrackBatchClient } from './track-batch-client.ts';
export { normalizeTrackUrl, TrackUrlError } from './track-url.ts';
export type { Verdict, VerdictKind } from './verdict.ts';
