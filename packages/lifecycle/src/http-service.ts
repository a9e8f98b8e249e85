import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Service, service } from './service.ts';

/** Where a server listens. */
export interface ListenOptions {
  /** @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** 0 is any free port. */
  readonly port: number;
}

/** A server of HTTP as a service. */
export interface HttpService extends Service {
  /** The port that it listens on. @throws Error while it doesn't listen */
  readonly port: number;
  readonly url: string;
}

/** What is served, where, and under which name. */
export interface HttpServiceOptions extends ListenOptions {
  readonly name: string;
  /** A handler for `node:http`; an express app is one. */
  readonly handler: RequestListener;
  /** Limits and time-outs of node's server. @defaultValue node's own */
  readonly serverOptions?: ServerOptions;
  /** Sets what can only be set on the server itself, before it listens. */
  readonly prepare?: (server: Server) => void;
}

/** How often connections that have become idle are closed while the server stops, in ms. */
const SWEEP_MS = 50;

/**
 * Serves HTTP from start to stop. A stop takes no more connections, lets answers in flight end, and closes idle
 * connections at once; what hangs is bounded by the deadline of the app.
 */
export function createHttpService(options: HttpServiceOptions): HttpService {
  const { name, handler, host = '127.0.0.1' } = options;
  let server: Server | undefined;
  const portOf = () => {
    const address = server?.address() as AddressInfo | null | undefined;
    if (!address) throw new Error(`expected ${name} to listen before its port is read; start it first`);
    return address.port;
  };

  const base = service({
    name,
    async start() {
      const created = createServer(options.serverOptions ?? {}, handler);
      options.prepare?.(created);
      created.listen(options.port, host);
      await once(created, 'listening');
      server = created;
    },
    async stop() {
      const closing = server as Server;
      server = undefined;
      const closed = once(closing, 'close');
      closing.close();
      closing.closeIdleConnections();
      // A connection that is answered now is idle only afterwards, and its client may keep it for a minute.
      const sweep = setInterval(() => closing.closeIdleConnections(), SWEEP_MS);
      await closed;
      clearInterval(sweep);
    },
  });
  return {
    ...base,
    get port() {
      return portOf();
    },
    get url() {
      return `http://${host}:${portOf()}`;
    },
  };
}
