import { isJsonObject, nestsDeeperThan } from '../../json.ts';
import { LIMITS } from '../../limits.ts';
import { nameOf } from '../../operation.ts';
import { invalid, type Problem } from '../../problem.ts';
import { ACCEPTED, ACCEPTED_WITHOUT_CONTENT, type Answer, refused } from '../answer.ts';
import type { Account } from '../credentials.ts';
import { parseJson } from '../parse-json.ts';
import { NOT_FOUND, UNAUTHORIZED, wrongMethod } from '../refusals.ts';
import type { Intake, TrackRequest } from '../track-request.ts';
import type { Call, Reading } from './call.ts';
import { parametersOf, type Route, routesAt } from './routes.ts';

/** Answers a v1 call. `openAccount` takes what comes without credentials where none are asked for. */
export function v1(request: TrackRequest, openAccount: Account, intake: Intake): Answer {
  const routes = routesAt(request.path);
  if (routes.length === 0) return refused(404, NOT_FOUND, 'v1');
  const route = routes.find(({ method }) => method === request.method);
  if (route === undefined) return refused(405, wrongMethod(routes.map(({ method }) => method)), 'v1');
  const account = request.account ?? (route.isOpen ? openAccount : undefined);
  if (account === undefined) return refused(401, UNAUTHORIZED, 'v1');
  const reading = read(route, request);
  const problem = reading.ok ? refusedByName(nameOf(reading.operation), intake) : reading.problem;
  if (problem !== undefined || !reading.ok) {
    intake.reject(1);
    return refused(400, problem as Problem, 'v1');
  }
  intake.accept(account, reading.operation);
  return route.hasNoContent ? ACCEPTED_WITHOUT_CONTENT : ACCEPTED;
}

function read(route: Route, request: TrackRequest): Reading {
  const parameters = parametersOf(route, request.path);
  if (parameters === undefined) return { ok: false, problem: invalid('path', 'path is not valid percent-encoding') };
  const body = bodyOf(request.body);
  if (!body.ok) return body;
  const call: Call = {
    parameters,
    query: new URLSearchParams(request.query),
    contentType: request.contentType,
    body: body.value,
    bodyBytes: request.body.length,
  };
  return route.read(call);
}

/** SDKs send `{}`, null or nothing where an endpoint wants no body. */
function bodyOf(bytes: Buffer) {
  if (bytes.length === 0) return { ok: true, value: {} } as const;
  const parsed = parseJson(bytes);
  if (!parsed.ok) return parsed;
  const value = parsed.value ?? {};
  if (!isJsonObject(value)) return { ok: false, problem: invalid('', 'request body must be a hash') } as const;
  if (!nestsDeeperThan(value, LIMITS.nestingLevels)) return { ok: true, value } as const;
  return { ok: false, problem: invalid('', `request body nests deeper than ${LIMITS.nestingLevels} levels`) } as const;
}

function refusedByName(name: string, { rejectName, poisonName }: Intake): Problem | undefined {
  if (name !== rejectName && name !== poisonName) return undefined;
  return invalid('name', `fault knob: operations named ${name} are refused`);
}
