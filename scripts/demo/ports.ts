import { createServer } from 'node:net';

/** `wanted` if it is free on 127.0.0.1, else 0: any. */
export function freeOrAny(wanted: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const probe = createServer();
  probe.once('error', () => resolve(0));
  probe.listen(wanted, '127.0.0.1', () => probe.close(() => resolve(wanted)));
  return promise;
}
