import type { Server, ServerOptions } from 'node:http';

/** Options of node's server: what a client may take of it before any handler is asked. */
export const SERVER_OPTIONS = {
  /** From the connection's first byte to the end of the headers: a slow client holds a socket, nothing more. */
  headersTimeout: 10_000,
  /** To the end of the body. Body readers give up sooner, in the dialect's words. */
  requestTimeout: 20_000,
  /** Longer than the 60 s of common load balancers, or they send a request into a connection that closes. */
  keepAliveTimeout: 65_000,
  /** How often the time-outs above are looked at. */
  connectionsCheckingInterval: 1_000,
  /** Bytes of all headers; node answers 431 beyond. */
  maxHeaderSize: 16_384,
  /** Node's strict parser refuses what smuggles requests: two lengths, a length and chunks, bare line feeds. */
  insecureHTTPParser: false,
  requireHostHeader: true,
} as const satisfies ServerOptions;

/** Headers of a request; more are left out by node. */
const MAX_HEADERS = 100;
/** Sockets that may be open; node closes further ones at once. */
const MAX_CONNECTIONS = 10_000;
/** Requests until a connection is closed, so that connections spread over gateways again. */
const MAX_REQUESTS_PER_SOCKET = 100_000;

/** Sets what can only be set on the server itself. */
export function limitServer(server: Server): void {
  server.maxHeadersCount = MAX_HEADERS;
  server.maxConnections = MAX_CONNECTIONS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
}
