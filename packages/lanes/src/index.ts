export { assignLanes, assignOne } from './assignment.ts';
export { type CountWaitingOptions, countWaiting, type WaitingCount } from './brakes/count-waiting.ts';
export { type BrakeOrder, MAX_BRAKES, releaseBrakes, setBrake } from './brakes/set-brake.ts';
export { type ChangeLanesOptions, type ChangeLanesResult, changeLanes } from './change-lanes.ts';
export type { FailedAttempt, HeadTracer, SettledBatch, TracedHead } from './head-run.ts';
export { HEARTBEAT_INTERVAL_MS, HEARTBEAT_TTL_MS, type Heartbeat } from './heartbeat.ts';
export { createLaneFleet, type LaneFleet, type LaneFleetOptions } from './lane-fleet.ts';
export { DEFAULT_LANE_POLICY, type LanePolicy } from './lane-policy.ts';
export { readCircuitOverride, setCircuitOverride, setWorkerQuiet } from './membership.ts';
export {
  allQueues,
  deadLetterAddress,
  fallbackAddress,
  laneAddress,
  parkedAddresses,
  type QueueAddress,
  type QueueRole,
} from './queue-address.ts';
export type { Fate } from './settle.ts';
export { auditedFilter } from './state/audited-filter.ts';
export { type Circuit, type CircuitState, NO_CIRCUIT, worstCircuit } from './state/circuit.ts';
export { type DeadLetterFilter, matchesDeadLetter } from './state/dead-letter-filter.ts';
export { type DeadLetterPage, type ListDeadLettersOptions, listDeadLetters } from './state/dead-letters.ts';
export { type Deploy, readDeploys } from './state/deploys.ts';
export type { FailedSetPosition } from './state/failed-set.ts';
export {
  type BrakeState,
  type DeadLetterState,
  type FallbackState,
  type FleetState,
  type LaneState,
  type ParkedState,
  type RateState,
  readFleetState,
} from './state/fleet-state.ts';
export { forgetOutcomes } from './state/forget-outcomes.ts';
export { forgetPacked } from './state/forget-packed.ts';
export { forgetSettled, type SettledOf } from './state/forget-settled.ts';
export { forgetWebhooks } from './state/forget-webhooks.ts';
export {
  appendOutcomes,
  KEPT_OUTCOMES,
  type LiveOutcome,
  type OutcomesPiece,
  readLatestOutcomes,
  readOutcomesAfter,
  type StreamedOutcome,
} from './state/outcome-stream.ts';
export { personKey, personKeys } from './state/person-key.ts';
export type { HeadState, QueueState } from './state/queue-state.ts';
export { type RedriveOptions, type RedriveResult, redriveDeadLetters } from './state/redrive.ts';
export type { RestingDeadLetter } from './state/resting-dead-letter.ts';
export {
  readWaitingOfPerson,
  type WaitingOfPerson,
  type WaitingOfPersonOptions,
  type WaitingOperation,
} from './state/waiting-of-person.ts';
export { parseHeartbeat, type ReportedError, type WorkerState } from './state/worker-state.ts';
