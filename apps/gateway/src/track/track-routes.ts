import type { LifecycleLogger } from '@cio-fleet/lifecycle';
import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express';
import { type Admission, callerOf } from '../access/admission.ts';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { runInTurn } from '../http/in-turn.ts';
import { refused, send, type TrackVersion } from './answer.ts';
import { openCaller } from './open-caller.ts';
import { BAD_PATH, NOT_FOUND, options, problemAnswer, wrongMethod } from './problem-answer.ts';
import { createRepeats } from './repeats.ts';
import { createRouteTable, decodeParts } from './route-table.ts';
import type { TrackRequest, TrackRoute } from './track-route.ts';
import { type TrackRouteListDeps, trackRouteList } from './track-route-list.ts';

/** What the Track API's routes need. */
export interface TrackRoutesDeps extends Omit<TrackRouteListDeps, 'repeats'> {
  readonly admission: Pick<Admission, 'basic' | 'open'>;
  readonly metrics: Pick<GatewayMetrics, 'operations' | 'turnedAway'>;
  readonly logger: LifecycleLogger;
}

/** Most requests have none, and making one costs more than finding the route. */
const NO_QUERY = new URLSearchParams();

/** Customer.io's Track API, v1 and v2, at the paths that it has there. Other paths are left to others. */
export function createTrackRoutes(deps: TrackRoutesDeps): Router {
  const { admission, workspaces, metrics, logger } = deps;
  const findRoutes = createRouteTable(trackRouteList({ ...deps, repeats: createRepeats() }));
  const openDeps = { workspaces: () => workspaces().map(({ name }) => name) };

  const serve: RequestHandler = (request, response, next) => {
    const path = pathOf(request);
    if (!isTrackPath(path)) return next();
    const match = findRoutes(path);
    if (match === undefined) return send(response, refused(versionOf(path), NOT_FOUND, 404));
    if (request.method === 'OPTIONS') return send(response, options(methodsOf(match.routes)));
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = match.routes.find((each) => each.method === method);
    if (route === undefined) return send(response, wrongMethod(versionOf(path), methodsOf(match.routes)));

    // Credentials that are sent all the same must be right: else what they report would land in another workspace, unseen.
    const isOpen = route.isOpen && request.headers.authorization === undefined;
    const answer = async () => {
      const parameters = decodeParts(match.parameters);
      if (parameters === undefined) return send(response, refused(route.version, BAD_PATH));
      const query = queryOf(request);
      const caller = isOpen ? openCaller(openDeps, query) : callerOf(response);
      const given: TrackRequest = { request, caller, parameters, query };
      send(response, await route.answer(given));
    };
    const steps = [isOpen ? admission.open : admission.basic, ...(route.readBody ? [route.readBody] : [])];
    runInTurn(steps, { request, response, next }, () => void answer().catch(next));
  };

  const fail: ErrorRequestHandler = (error, request, response, next) => {
    const version = versionOf(pathOf(request));
    if (response.headersSent) return next(error);
    if (error instanceof HttpProblem) {
      metrics.turnedAway(`track-${version}`, error.code);
      return send(response, problemAnswer(version, error));
    }
    logger.error({ err: error, method: request.method, dialect: `track-${version}` }, 'request failed');
    const problem = new HttpProblem('GATEWAY_FAILED', 500, 'this failed; the log of the gateway says why');
    send(response, problemAnswer(version, problem));
  };

  return Router().use(serve, fail);
}

/** Whether the Track API may have something at this path. */
function isTrackPath(path: string): boolean {
  return path.startsWith('/api/') || path.startsWith('/unsubscribe/') || path.startsWith('/push/');
}

function versionOf(path: string): TrackVersion {
  return path.startsWith('/api/v2/') ? 'v2' : 'v1';
}

function methodsOf(routes: readonly TrackRoute[]): readonly string[] {
  return routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}

/** As it came, save for the absolute form, which proxies send. */
function pathOf(request: Request): string {
  const { url } = request;
  if (!url.startsWith('/')) return request.path;
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function queryOf({ url }: Request): URLSearchParams {
  const start = url.indexOf('?');
  return start < 0 ? NO_QUERY : new URLSearchParams(url.slice(start + 1));
}
