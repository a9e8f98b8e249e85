import type { Breaker, BreakerOutcome, Health } from './breaker.ts';
import type { Budget } from './budget-port.ts';
import { classify } from './classify.ts';
import type { RequestFacts, RequestTracer } from './courier.ts';
import type { DeliveryRequest, Interruption } from './delivery-result.ts';
import type { Item } from './item.ts';
import { bodyBytesOf } from './pack.ts';
import { namesResource } from './route.ts';
import type { TrackBatchClient } from './track-batch-client.ts';
import type { Verdict } from './verdict.ts';

/** What one HTTP request needs. */
export interface SendRequestOptions {
  readonly client: TrackBatchClient;
  readonly breaker: Breaker;
  readonly budget: Budget;
  readonly request: Pick<DeliveryRequest, 'guard' | 'purpose' | 'signal'>;
  readonly traceRequest: RequestTracer;
  readonly onRequest: (facts: RequestFacts) => void;
  readonly now: () => number;
  /**
   * Whether a transient failure is no news for the breaker: a search for the operation that fails, fails many times in a row by
   * nature.
   */
  readonly isExpectedToFail: boolean;
}

/** `sent`: whether Customer.io may have seen it. */
export type SendResult =
  | { readonly sent: true; readonly verdict: Verdict }
  | { readonly sent: boolean; readonly interruption: Interruption };

/** Sends one request, once the breaker, the budget and at last the guard allow it. */
export async function sendRequest(items: readonly Item[], options: SendRequestOptions): Promise<SendResult> {
  const { breaker, budget, request } = options;
  // Asked before the budget, lest those who wait for a trial spend it.
  if (!breaker.admits) return unsent('circuit-open');
  try {
    await budget.take(request.purpose, request.signal);
  } catch (error) {
    if (!request.signal.aborted) throw error;
    return unsent('aborted');
  }
  const run = await breaker.run(() => attempt(items, options));
  if (!run.ran) return unsent('circuit-open');
  if ('guardError' in run.value) throw run.value.guardError;
  return run.value;
}

function unsent(kind: 'aborted' | 'circuit-open' | 'stale'): SendResult {
  return { sent: false, interruption: { kind } };
}

const NEUTRAL: Health = { kind: 'neutral' };

type Attempt = BreakerOutcome<SendResult | { readonly guardError: unknown }>;

async function attempt(items: readonly Item[], options: SendRequestOptions): Promise<Attempt> {
  const { request, traceRequest, onRequest } = options;
  const { signal } = request;
  try {
    // The last thing before the send: whatever happened while we waited, the job may be someone else's by now.
    if ((await request.guard()) === 'stale') return { health: NEUTRAL, value: unsent('stale') };
  } catch (guardError) {
    // Our Redis failed, not Customer.io.
    return { health: NEUTRAL, value: { guardError } };
  }
  if (signal.aborted) return { health: NEUTRAL, value: unsent('aborted') };
  const sent = items.flatMap(({ members }) => members.map(({ queued }) => queued));
  const { verdict, facts } = await traceRequest(sent, () => exchange(items, options));
  onRequest(facts);
  if (facts.verdict === 'aborted') return { health: NEUTRAL, value: { sent: true, interruption: { kind: 'aborted' } } };
  return { health: await report(verdict, options), value: { sent: true, verdict } };
}

/** Asks Customer.io, and says what its answer means. */
async function exchange(
  items: readonly Item[],
  { client, request: { signal, purpose }, now }: SendRequestOptions,
): Promise<{ readonly verdict: Verdict; readonly facts: RequestFacts }> {
  const startedMs = now();
  const answer = await client.send(
    items.map(({ op }) => op),
    signal,
  );
  const verdict = classify(answer, items.length, {
    namesResource: items[0] !== undefined && namesResource(items[0].op),
  });
  const aborted = signal.aborted && answer.kind === 'failure';
  const facts: RequestFacts = {
    purpose,
    operations: items.length,
    bytes: bodyBytesOf(items),
    verdict: aborted ? 'aborted' : verdict.kind,
    ...(answer.kind === 'response' && { status: answer.status }),
    durationMs: now() - startedMs,
  };
  return { verdict, facts };
}

/** Tells the budget, and says what the breaker may conclude. */
async function report(verdict: Verdict, { budget, isExpectedToFail }: SendRequestOptions): Promise<Health> {
  switch (verdict.kind) {
    case 'throttled':
      await budget.throttled(verdict.retryAfterMs);
      return NEUTRAL;
    case 'setup':
      return NEUTRAL;
    case 'transient':
      return isExpectedToFail ? NEUTRAL : { kind: 'failure', error: `${verdict.error.code}: ${verdict.error.message}` };
    case 'delivered':
    case 'partial':
    case 'bisect':
    case 'split':
      budget.succeeded();
      return { kind: 'success' };
  }
}
