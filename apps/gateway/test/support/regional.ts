import type { EnqueueResult, OperationInput } from '@cio-fleet/producer';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { type GuardedServer, workspaceNamed } from './guarded-server.ts';

export const PATIENCE = { timeoutMs: 90_000 };

export const identify = (id: string, attributes: object = {}): OperationInput => ({
  type: 'person',
  action: 'identify',
  identifiers: { id },
  attributes,
});

export const track = (identifiers: object, name = 'Viewed'): OperationInput => ({
  type: 'person',
  action: 'event',
  identifiers,
  name,
});

/** A workspace whose rule chooses between one in the US and one in the EU. */
export function regional(otherwise: 'us' | 'refuse') {
  const home = uniqueWorkspace('home');
  const [us, eu] = [`${home}-us`, `${home}-eu`];
  const regions = { trait: 'region', map: { EU: eu, US: us }, otherwise: otherwise === 'us' ? us : 'refuse' };
  const workspaces = [workspaceNamed(home, { regions }), workspaceNamed(us), workspaceNamed(eu, { region: 'eu' })];
  return { home, us, eu, regions, workspaces };
}

export const codesOf = (results: readonly EnqueueResult[]) =>
  results.map((result) => (result.ok ? 'ok' : result.error.code));

export async function connected<Server extends Pick<GuardedServer, 'redis'>>(server: Server): Promise<Server> {
  await waitFor(() => server.redis.status === 'ready', PATIENCE);
  return server;
}
