import type { TrackProblem } from '@cio-fleet/contracts';
import type { OperationInput } from '@cio-fleet/producer';
import { accept } from './accept.ts';
import { ACCEPTED, type Answer, acceptedBut, type BatchProblem, refused } from './answer.ts';
import { callLabels } from './call-labels.ts';
import { isJsonObject } from './known-members.ts';
import { countVerdicts, laterAnswer, type ServeDeps } from './serving.ts';
import type { TrackRequest } from './track-route.ts';
import { readV2Operation } from './v2-operation.ts';

const DIALECT = 'track-v2';

/** `POST /api/v2/entity`: one operation, taken or refused. */
export async function answerEntity(deps: ServeDeps, { caller, request }: TrackRequest): Promise<Answer> {
  const reading = readV2Operation(request.body);
  if (!reading.ok) {
    deps.metrics.operations(DIALECT, 'REFUSED', 1);
    return refused('v2', reading.problem);
  }
  const labels = callLabels(caller, request.headers);
  const verdicts = await accept(deps, { caller, operations: [reading.operation], labels });
  countVerdicts(deps, DIALECT, verdicts);
  const [verdict] = verdicts;
  if (verdict?.kind === 'refused') return refused('v2', verdict.problem);
  return laterAnswer('v2', verdicts) ?? ACCEPTED;
}

/**
 * `POST /api/v2/batch`: the valid operations are taken, the others listed in a 207. A 207 has no word for "not now", so one
 * operation that can't be made durable makes it a 503 for the whole batch; see `Repeats` for what its repeat does.
 */
export async function answerBatch(deps: ServeDeps, { caller, request }: TrackRequest): Promise<Answer> {
  const body: unknown = request.body;
  const items = isJsonObject(body) ? body.batch : undefined;
  if (!Array.isArray(items)) return malformed('batch must be present and an array');
  if (items.length === 0) return malformed('batch cannot be empty');

  const problems: BatchProblem[] = [];
  const operations: OperationInput[] = [];
  /** Where each operation stands in the batch. */
  const positions: number[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const reading = readV2Operation(items[index]);
    if (reading.ok) {
      operations.push(reading.operation);
      positions.push(index);
    } else problems.push(inBatch(index, reading.problem));
  }
  if (problems.length > 0) deps.metrics.operations(DIALECT, 'REFUSED', problems.length);
  if (operations.length === 0) return acceptedBut(problems);

  const labels = callLabels(caller, request.headers);
  const verdicts = await accept(deps, { caller, operations, labels });
  countVerdicts(deps, DIALECT, verdicts);
  const later = laterAnswer('v2', verdicts);
  if (later !== undefined) return later;
  for (const [index, verdict] of verdicts.entries()) {
    if (verdict.kind === 'refused') problems.push(inBatch(positions[index] as number, verdict.problem));
  }
  return acceptedBut(problems.toSorted((a, b) => a.batch_index - b.batch_index));
}

function inBatch(index: number, problem: TrackProblem): BatchProblem {
  return { batch_index: index, ...problem };
}

function malformed(message: string): Answer {
  return refused('v2', { reason: 'required', field: 'batch', message });
}
