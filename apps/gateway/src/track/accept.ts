import { type TrackProblem, trackProblem } from '@cio-fleet/contracts';
import type { EnqueueResult, OperationInput } from '@cio-fleet/producer';
import type { Caller } from '../access/caller.ts';
import { failureAnswer } from '../intake/failure-answer.ts';
import type { Intake } from '../intake/intake.ts';
import { type CallLabels, labelled } from './call-labels.ts';
import type { Repeats } from './repeats.ts';

/** What a client is told about one operation. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly problem: TrackProblem; readonly code: string }
  | {
      /** Not now; the request is to be repeated. */
      readonly kind: 'later';
      readonly code: string;
      readonly message: string;
      readonly status: 429 | 503;
      readonly retryAfterSeconds: number;
    };

export interface AcceptDeps {
  readonly intake: Intake;
  readonly repeats: Repeats;
  /** Whether everything that was given to the intake for this workspace before is durable by now. Answers within a second. */
  readonly isSettled: (workspace: string) => Promise<boolean>;
}

/** The operations of one request. */
export interface AcceptRequest {
  readonly caller: Caller;
  readonly operations: readonly OperationInput[];
  readonly labels: CallLabels;
}

const RETRY_AFTER_SECONDS = 5;
const ACCEPTED: Verdict = { kind: 'accepted' };
const NOT_SETTLED: Verdict = {
  kind: 'later',
  code: 'ENQUEUE_TIMEOUT',
  message: 'expected the operation to be durable by now, it is not yet; repeat the request',
  status: 503,
  retryAfterSeconds: RETRY_AFTER_SECONDS,
};

/**
 * Makes the operations of one request durable, and says of each what its client is to be told. As soon as one of them could not
 * be taken, the whole request will be answered so that it is repeated: those that were taken are then remembered.
 */
export async function accept(
  deps: AcceptDeps,
  { caller, operations, labels }: AcceptRequest,
): Promise<readonly Verdict[]> {
  const { intake, repeats } = deps;
  const known = operations.map((operation) => repeats.take(caller, operation));
  // Labelled before any is taken out: an operation's position in the batch is part of its idempotency key, and must not move.
  const all = labelled(operations, labels);
  const fresh = known.every((each) => each === undefined) ? all : all.filter((_, index) => known[index] === undefined);
  const results = fresh.length === 0 ? [] : await intake.accept(caller, fresh);
  if (fresh === all && results.every(({ ok }) => ok)) return operations.map(() => ACCEPTED);

  const isSettled = known.includes('retained') ? await deps.isSettled(caller.workspace) : true;
  let next = 0;
  const verdicts = operations.map((operation, index): Verdict => {
    const before = known[index];
    if (before === 'durable' || (before === 'retained' && isSettled)) return ACCEPTED;
    if (before === 'retained') return NOT_SETTLED;
    const verdict = verdictOf(results[next], operation);
    next += 1;
    return verdict;
  });
  if (!verdicts.some(({ kind }) => kind === 'later')) return verdicts;

  next = 0;
  for (const [index, operation] of operations.entries()) {
    const before = known[index];
    const result = before === undefined ? results[next++] : undefined;
    const isRetained = result !== undefined && !result.ok && result.error.retained === true;
    if (verdicts[index]?.kind === 'accepted') repeats.remember(caller, operation, 'durable');
    else if (before === 'retained' || isRetained) repeats.remember(caller, operation, 'retained');
  }
  return verdicts;
}

function verdictOf(result: EnqueueResult | undefined, { action }: OperationInput): Verdict {
  if (result === undefined) return NOT_SETTLED;
  if (result.ok) return ACCEPTED;
  const { code, message, refusal } = result.error;
  const { status, retryAfterSeconds = RETRY_AFTER_SECONDS } = failureAnswer(result.error);
  if (status !== 400) return { kind: 'later', code, message, status, retryAfterSeconds };
  const problem: TrackProblem =
    refusal === undefined ? { reason: 'invalid', field: '', message } : trackProblem(refusal, action);
  return { kind: 'refused', code, problem };
}
