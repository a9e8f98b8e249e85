import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Simulation } from '../simulation.ts';
import { serveAsset } from './assets.ts';
import { isCrossSite } from './cross-site.ts';
import { deleteFaults, getFaults, postFaults } from './fault-endpoints.ts';
import { LiveStream } from './live-stream.ts';
import { renderPage } from './page.ts';
import { getArrivals, getObject, getPerson, getStats } from './read-endpoints.ts';
import { replyError, replyHtml } from './reply.ts';

/** The page, its live stream and `/_sim/*`. */
export interface Console {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Ends the live streams. */
  close(): void;
}

/** What an endpoint of the console gets. */
export interface ConsoleCall {
  readonly simulation: Simulation;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path segments after the matched prefix, decoded. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

type Endpoint = (call: ConsoleCall) => void | Promise<void>;

export function createConsole(simulation: Simulation): Console {
  const stream = new LiveStream(simulation);
  const endpoints: Readonly<Record<string, Endpoint>> = {
    'GET /': ({ response }) => replyHtml(response, renderPage(simulation)),
    'GET /_sim/assets': serveAsset,
    'GET /_sim/stream': ({ response }) => stream.add(response),
    'GET /_sim/stats': getStats,
    'GET /_sim/people': getPerson,
    'GET /_sim/objects': getObject,
    'GET /_sim/arrivals': getArrivals,
    'GET /_sim/faults': getFaults,
    'POST /_sim/faults': postFaults,
    'DELETE /_sim/faults': deleteFaults,
    'DELETE /_sim/state': ({ response }) => {
      simulation.reset();
      response.writeHead(204).end();
    },
  };

  return {
    async handle(request, response) {
      const url = URL.parse(request.url ?? '/', 'http://simulator.invalid');
      const segments = url === null ? undefined : decodeSegments(url.pathname);
      if (url === null || segments === undefined) {
        return replyError(response, 400, {
          code: 'PATH_INVALID',
          expected: 'a valid URL path',
          got: 'a malformed one',
        });
      }
      const prefix = segments[0] === '_sim' ? `/_sim/${segments[1] ?? ''}` : url.pathname;
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const endpoint = Object.hasOwn(endpoints, `${method} ${prefix}`) ? endpoints[`${method} ${prefix}`] : undefined;
      if (endpoint === undefined) return refuse(response, prefix, Object.keys(endpoints), request);
      if (method !== 'GET' && isCrossSite(request.headers)) {
        const expected = 'a request of this page itself, or of a program';
        return replyError(response, 403, { code: 'CROSS_SITE', expected, got: 'one that another site made' });
      }
      return endpoint({ simulation, request, response, rest: segments.slice(2), query: url.searchParams });
    },
    close: () => stream.close(),
  };
}

function refuse(response: ServerResponse, prefix: string, known: readonly string[], request: IncomingMessage): void {
  const methods = known.filter((key) => key.endsWith(` ${prefix}`)).map((key) => key.split(' ')[0]);
  const got = `${request.method} ${prefix}`.slice(0, 100);
  if (methods.length === 0) {
    const expected =
      'a Track endpoint, /, /livez, /readyz, /metrics, or /_sim/(faults|stats|people|objects|arrivals|state)';
    replyError(response, 404, { code: 'NOT_FOUND', expected, got });
    return;
  }
  response.setHeader('allow', methods.join(', '));
  replyError(response, 405, { code: 'METHOD_NOT_ALLOWED', expected: methods.join(' or '), got });
}

/** Undefined when the percent-encoding is broken. */
function decodeSegments(pathname: string): readonly string[] | undefined {
  try {
    return pathname.slice(1).split('/').map(decodeURIComponent);
  } catch {
    // decodeURIComponent throws on malformed escapes only.
    return undefined;
  }
}
