import type { IncomingMessage } from 'node:http';
import type { Workspace } from '@cio-fleet/workspaces';
import type { Answer } from './answer.ts';

/** What `accounts/region` needs to know of a workspace. */
export type RegionOf = Pick<Workspace, 'name' | 'region'>;

const HOST = /^[\w.-]+(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/i;

/**
 * `GET /api/v1/accounts/region`: the region of the workspace, and this gateway's own address in place of Customer.io's, so
 * that a client that goes where it is told stays here.
 *
 * @param publicUrl - how clients reach the gateway; without it, as this client did
 */
export function regionAnswer(
  request: IncomingMessage,
  workspaces: readonly RegionOf[],
  name: string,
  publicUrl: string | undefined,
): Answer {
  const index = workspaces.findIndex((workspace) => workspace.name === name);
  const region = workspaces[index]?.region ?? 'us';
  const url = publicUrl ?? urlOf(request);
  return { status: 200, body: `${JSON.stringify({ url, region, environment_id: index + 1 })}\n` };
}

/** The scheme is what a proxy says, if there is one: it only sends this client back where it came from. */
function urlOf({ headers, socket }: IncomingMessage): string {
  const isSecure = headers['x-forwarded-proto'] === 'https' || 'encrypted' in socket;
  const host = headers.host !== undefined && HOST.test(headers.host) ? headers.host : 'localhost';
  return `${isSecure ? 'https' : 'http'}://${host}`;
}
