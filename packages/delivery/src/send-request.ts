import type { Breaker, BreakerOutcome, Health } from './breaker.ts';
import type { Budget } from './budget-port.ts';
import { classify } from './classify.ts';
import type { RequestFacts } from './courier.ts';
import type { DeliveryRequest, Interruption } from './delivery-result.ts';
import type { Item } from './item.ts';
import { bodyBytesOf } from './pack.ts';
import type { TrackBatchClient } from './track-batch-client.ts';
import type { Verdict } from './verdict.ts';

/** What one HTTP request needs. */
export interface SendRequestOptions {
  readonly client: TrackBatchClient;
  readonly breaker: Breaker;
  readonly budget: Budget;
  readonly request: Pick<DeliveryRequest, 'guard' | 'purpose' | 'signal'>;
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
  const { client, request, onRequest, now } = options;
  const { signal, purpose } = request;
  try {
    // The last thing before the send: whatever happened while we waited, the job may be someone else's by now.
    if ((await request.guard()) === 'stale') return { health: NEUTRAL, value: unsent('stale') };
  } catch (guardError) {
    // Our Redis failed, not Customer.io.
    return { health: NEUTRAL, value: { guardError } };
  }
  if (signal.aborted) return { health: NEUTRAL, value: unsent('aborted') };
  const startedMs = now();
  const answer = await client.send(
    items.map(({ op }) => op),
    signal,
  );
  const verdict = classify(answer, items.length);
  const aborted = signal.aborted && answer.kind === 'failure';
  onRequest({
    purpose,
    operations: items.length,
    bytes: bodyBytesOf(items),
    verdict: aborted ? 'aborted' : verdict.kind,
    ...(answer.kind === 'response' && { status: answer.status }),
    durationMs: now() - startedMs,
  });
  if (aborted) return { health: NEUTRAL, value: { sent: true, interruption: { kind: 'aborted' } } };
  return { health: await report(verdict, options), value: { sent: true, verdict } };
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
