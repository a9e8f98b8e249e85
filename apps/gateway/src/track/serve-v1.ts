import { accept } from './accept.ts';
import { ACCEPTED, ACCEPTED_WITHOUT_CONTENT, type Answer, refused } from './answer.ts';
import { callLabels } from './call-labels.ts';
import { countVerdicts, laterAnswer, type ServeDeps } from './serving.ts';
import type { TrackRequest } from './track-route.ts';
import type { V1Endpoint } from './v1-endpoints.ts';
import { readV1Operations } from './v1-operations.ts';

/** Answers a v1 call: accepted as a whole, or not at all. */
export async function answerV1(deps: ServeDeps, endpoint: V1Endpoint, given: TrackRequest): Promise<Answer> {
  const { caller, query, request } = given;
  const [first = '', second = ''] = given.parameters;
  const body: unknown = request.body;
  const reading = readV1Operations(endpoint, { parameters: [first, second], query, body });
  if (!reading.ok) {
    deps.metrics.operations('track-v1', 'REFUSED', 1);
    return refused('v1', reading.problem);
  }
  const labels = callLabels(caller, request.headers);
  const verdicts = await accept(deps, { caller, operations: reading.operations, labels });
  countVerdicts(deps, 'track-v1', verdicts);
  const later = laterAnswer('v1', verdicts);
  if (later !== undefined) return later;
  const bad = verdicts.find((verdict) => verdict.kind === 'refused');
  if (bad?.kind === 'refused') return refused('v1', bad.problem);
  return endpoint.hasNoContent ? ACCEPTED_WITHOUT_CONTENT : ACCEPTED;
}
