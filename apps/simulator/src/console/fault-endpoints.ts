import { parseFaultPlan } from '../faults/fault-plan.ts';
import { readBody } from '../http/read-body.ts';
import { parseJson } from '../track/parse-json.ts';
import type { ConsoleCall } from './console.ts';
import { replyError, replyJson } from './reply.ts';

const MAX_BODY_BYTES = 16 * 1024;

/** `GET /_sim/faults`: the plan in force, `{}` when all is well. */
export const getFaults = ({ simulation, response }: ConsoleCall): void =>
  replyJson(response, 200, simulation.faults.current(simulation.settings.now()));

/** `POST /_sim/faults`: replaces the plan, and answers with the one in force now. */
export async function postFaults({ simulation, request, response }: ConsoleCall): Promise<void> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === 'aborted') return;
  if (body === 'too-large') {
    const expected = `at most ${MAX_BODY_BYTES} bytes`;
    return replyError(response, 413, { code: 'FAULT_BODY_INVALID', expected, got: 'more' });
  }
  const json = parseJson(body);
  const parsed = parseFaultPlan(json.ok ? json.value : undefined);
  if (!parsed.ok) return replyError(response, 400, parsed.problem);
  simulation.faults.set(parsed.plan, simulation.settings.now());
  replyJson(response, 200, parsed.plan);
}

/** `DELETE /_sim/faults`: all is well again. */
export function deleteFaults({ simulation, response }: ConsoleCall): void {
  simulation.faults.clear();
  response.writeHead(204).end();
}
