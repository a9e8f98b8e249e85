import { createHttpService, type HttpService, type ListenOptions } from './http-service.ts';
import { createOpsHandler, type OpsOptions } from './ops-handler.ts';

/** Where the operations endpoints listen, and what they answer. */
export interface OpsServerOptions extends ListenOptions, OpsOptions {}

/** A server for `/livez`, `/readyz`, `/metrics` and more, for an app that serves nothing else. */
export function createOpsServer(options: OpsServerOptions): HttpService {
  return createHttpService({ ...options, name: 'ops-server', handler: createOpsHandler(options) });
}
