import { laneKeyOf, type Operation } from '@cio-fleet/contracts';
import type { Answer } from '../src/answer.ts';
import type { Breaker } from '../src/breaker.ts';
import { createBreaker } from '../src/breaker.ts';
import type { Budget } from '../src/budget-port.ts';
import { type Courier, type CourierOptions, createCourier } from '../src/courier.ts';
import type { DeliveryRequest } from '../src/delivery-result.ts';

/** Judges one request; `undefined` accepts it. */
export type Judge = (operations: readonly Operation[]) => Answer | undefined;

/** A receiver in memory, by rules: for searches of thousands of requests, which no HTTP server is needed for. */
export interface Receiver {
  readonly courier: Courier;
  readonly breaker: Breaker;
  /** How many operations each request carried. */
  readonly sizes: readonly number[];
  /** Every operation accepted, in order of arrival. */
  readonly accepted: readonly Operation[];
}

/** Grants everything at once; remembers what it was told. */
export function freeBudget(): Budget & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    async take(purpose, signal) {
      signal.throwIfAborted();
      told.push(purpose);
    },
    async throttled(retryAfterMs) {
      told.push(`throttled ${retryAfterMs}`);
    },
    succeeded() {
      told.push('succeeded');
    },
    current: () => ({ budget: 100, current: 100 }),
  };
}

export function receiverOf(judge: Judge, options: Partial<CourierOptions> = {}): Receiver {
  const sizes: number[] = [];
  const accepted: Operation[] = [];
  const breaker = options.breaker ?? createBreaker();
  const courier = createCourier({
    client: {
      async send(operations) {
        sizes.push(operations.length);
        const answer = judge(operations) ?? response(200);
        if (answer.kind === 'response' && answer.status < 300) accepted.push(...acceptedOf(operations, answer));
        return answer;
      },
    },
    budget: freeBudget(),
    ...options,
    breaker,
  });
  return { courier, breaker, sizes, accepted };
}

function acceptedOf(operations: readonly Operation[], answer: Extract<Answer, { kind: 'response' }>): Operation[] {
  const { errors = [] } = answer.body as { errors?: { batch_index: number }[] };
  const refused = new Set(errors.map(({ batch_index: index }) => index));
  return operations.filter((_, index) => !refused.has(index));
}

export function response(status: number, body: unknown = {}): Answer {
  return { kind: 'response', status, body };
}

/** A request with nothing in its way. */
export function requestOf(
  operations: DeliveryRequest['operations'],
  extra: Partial<DeliveryRequest> = {},
): DeliveryRequest {
  return { operations, purpose: 'lane', guard: async () => 'go', signal: new AbortController().signal, ...extra };
}

/** The attribute `n` of each accepted operation of each person, in order of arrival. */
export function sequences(accepted: readonly Operation[]): Map<string, unknown[]> {
  const byPerson = new Map<string, unknown[]>();
  for (const op of accepted) {
    const key = laneKeyOf(op);
    const { attributes } = op as { attributes?: { n?: unknown } };
    byPerson.set(key, [...(byPerson.get(key) ?? []), attributes?.n]);
  }
  return byPerson;
}
