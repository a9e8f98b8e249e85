import { isJsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { nameOf, type Operation } from '../operation.ts';
import { invalid, type Problem, required } from '../problem.ts';
import { validateOperation } from '../validate/operation.ts';
import { ACCEPTED, type Answer, acceptedBut, type BatchProblem, refused } from './answer.ts';
import type { Account } from './credentials.ts';
import { parseJson } from './parse-json.ts';
import type { Intake } from './track-request.ts';

/** `POST /api/v2/entity`: one operation, taken or refused with 400. */
export function entity(account: Account, body: Buffer, intake: Intake): Answer {
  const parsed = parseJson(body);
  const problem = parsed.ok
    ? (validateOperation(parsed.value, false) ?? refusedByName(parsed.value, intake))
    : parsed.problem;
  if (problem !== undefined) {
    intake.reject(1);
    return refused(400, problem, 'v2');
  }
  intake.accept(account, (parsed as { value: Operation }).value);
  return ACCEPTED;
}

/** `POST /api/v2/batch`: the valid operations are taken, the others listed in a 207. */
export function batch(account: Account, body: Buffer, intake: Intake): Answer {
  const parsed = parseJson(body);
  if (!parsed.ok) return refused(400, parsed.problem, 'v2');
  const items = isJsonObject(parsed.value) ? parsed.value.batch : undefined;
  if (!Array.isArray(items)) return refused(400, required('batch', 'batch must be present and an array'), 'v2');
  if (items.length === 0) return refused(400, required('batch', 'batch cannot be empty'), 'v2');
  const poison = poisonIn(items, intake);
  if (poison !== undefined) {
    intake.reject(items.length);
    return refused(400, poison, 'v2');
  }
  const mayBeTooLarge = body.length > LIMITS.itemBytes;
  const problems: BatchProblem[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const item: unknown = items[index];
    const problem = validateOperation(item, mayBeTooLarge) ?? rejected(item as Operation, intake);
    if (problem === undefined) intake.accept(account, item as Operation);
    else problems.push({ batch_index: index, ...problem });
  }
  if (problems.length > 0) intake.reject(problems.length);
  return acceptedBut(problems);
}

const refusedByName = (item: unknown, intake: Intake): Problem | undefined =>
  poisonIn([item], intake) ?? rejected(item as Operation, intake);

function poisonIn(items: readonly unknown[], { poisonName }: Intake): Problem | undefined {
  if (poisonName === undefined) return undefined;
  const isPoison = (item: unknown) => isJsonObject(item) && nameOf(item as unknown as Operation) === poisonName;
  return items.some(isPoison) ? invalid('batch', `fault knob: an operation is named ${poisonName}`) : undefined;
}

function rejected(operation: Operation, { rejectName }: Intake): Problem | undefined {
  if (rejectName === undefined || nameOf(operation) !== rejectName) return undefined;
  return invalid('name', `fault knob: operations named ${rejectName} are refused`);
}
