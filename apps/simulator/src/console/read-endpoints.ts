import type { ConsoleCall } from './console.ts';
import { replyError, replyJson } from './reply.ts';

/** `GET /_sim/stats` */
export const getStats = ({ simulation, response }: ConsoleCall): void =>
  replyJson(response, 200, simulation.stats.read());

/** `GET /_sim/people/:id[?workspace=<site id>]` */
export function getPerson({ simulation, response, rest, query }: ConsoleCall): void {
  const [identifier = ''] = rest;
  const person = simulation.person(identifier, query.get('workspace') ?? undefined);
  const expected = 'the id, e-mail address, phone number or cio_id of a person';
  if (person !== undefined) replyJson(response, 200, person);
  else replyError(response, 404, { code: 'NOT_FOUND', expected, got: identifier.slice(0, 200) });
}

/** `GET /_sim/objects/:type/:id[?workspace=<site id>]` */
export function getObject({ simulation, response, rest, query }: ConsoleCall): void {
  const [typeId = '', objectId = ''] = rest;
  const object = simulation.object(typeId, objectId, query.get('workspace') ?? undefined);
  const expected = 'the object type id and object id of an object';
  if (object !== undefined) replyJson(response, 200, object);
  else replyError(response, 404, { code: 'NOT_FOUND', expected, got: `${typeId}/${objectId}`.slice(0, 200) });
}

/**
 * `GET /_sim/arrivals[?after=<sequence>&limit=<n>]`: `{sequence, arrivals}`, oldest first; one arrival a line for
 * `Accept: application/x-ndjson`.
 */
export function getArrivals({ simulation, request, response, query }: ConsoleCall): void {
  const { arrivals, settings } = simulation;
  const limit = Math.min(settings.maxArrivals, numberIn(query, 'limit') ?? settings.maxArrivals);
  const after = numberIn(query, 'after');
  const read = arrivals.read({ limit, ...(after === undefined ? {} : { after }) });
  if (!request.headers.accept?.includes('application/x-ndjson')) {
    replyJson(response, 200, { sequence: arrivals.sequence, arrivals: read });
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.end(read.map((arrival) => `${JSON.stringify(arrival)}\n`).join(''));
}

/** What is no whole number counts as not given. */
function numberIn(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  return value !== null && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}
