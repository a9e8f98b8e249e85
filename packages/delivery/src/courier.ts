import type { QueuedOperation } from '@cio-fleet/contracts';
import { arrange } from './arrange.ts';
import type { Breaker } from './breaker.ts';
import type { Budget } from './budget-port.ts';
import { coalesce } from './coalesce.ts';
import { dedupe } from './dedupe.ts';
import type { DeliveryRequest, DeliveryResult, Purpose } from './delivery-result.ts';
import { createDeliveryRun } from './delivery-run.ts';
import { itemOf } from './item.ts';
import { DEFAULT_LIMITS, type DeliveryLimits } from './limits.ts';
import { pack } from './pack.ts';
import type { TrackBatchClient } from './track-batch-client.ts';
import type { VerdictKind } from './verdict.ts';

/** Delivers operations to Customer.io, in order, and says what became of each. */
export interface Courier {
  /** @throws only what `guard` throws, and mistakes of ours: what went wrong is in the result */
  deliver(request: DeliveryRequest): Promise<DeliveryResult>;
}

/** One HTTP request, for metrics. */
export interface RequestFacts {
  readonly purpose: Purpose;
  readonly operations: number;
  /** Of the JSON body. */
  readonly bytes: number;
  readonly verdict: VerdictKind | 'aborted';
  readonly status?: number;
  readonly durationMs: number;
}

/** Runs `exchange` and returns what it returned. `operations` are those that the request carries, also the merged ones. */
export type RequestTracer = <Result extends { readonly facts: RequestFacts }>(
  operations: readonly QueuedOperation[],
  exchange: () => Promise<Result>,
) => Promise<Result>;

export interface CourierOptions {
  readonly client: TrackBatchClient;
  readonly breaker: Breaker;
  readonly budget: Budget;
  readonly limits?: Partial<DeliveryLimits>;
  /** Monotonic clock in ms, to measure requests. @defaultValue performance.now */
  readonly now?: () => number;
  /** Surrounds each HTTP request, e.g. with a span. @defaultValue nothing does */
  readonly traceRequest?: RequestTracer;
  /** Called after each HTTP request. Must not throw. */
  readonly onRequest?: (facts: RequestFacts) => void;
}

/**
 * The way of operations to Customer.io: deduplicate, merge, arrange by route, pack, then send one request after another, each only when the
 * breaker, the budget and at last the guard allow it.
 */
export function createCourier(options: CourierOptions): Courier {
  const { client, breaker, budget, onRequest = () => {}, now = () => performance.now() } = options;
  const { traceRequest = untraced } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  return {
    async deliver(request) {
      const { operations, memory, isolate = false } = request;
      const known = memory === undefined ? undefined : dedupe(operations, memory);
      const members = operations
        .map((queued, index) => ({ queued, index }))
        .filter(({ index }) => known === undefined || !known.has(index));
      // Merged identifies would hide which of them fails.
      const items = isolate ? members.map(itemOf) : coalesce(members, limits);
      const run = createDeliveryRun({ request, client, breaker, budget, limits, traceRequest, onRequest, now });
      for (const [index, settlement] of known ?? []) run.settle(index, settlement);
      for (const part of arrange(items).flatMap((sameRoute) => pack(sameRoute, limits))) {
        if (!(await run.deliver(part))) break;
      }
      return run.result();
    },
  };
}

const untraced: RequestTracer = (_, exchange) => exchange();
