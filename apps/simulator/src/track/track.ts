import { LIMITS } from '../limits.ts';
import { type Answer, type Dialect, refused } from './answer.ts';
import type { Accounts } from './credentials.ts';
import { bodyTooLarge, NOT_FOUND, UNAUTHORIZED, wrongMethod } from './refusals.ts';
import type { Intake, TrackRequest } from './track-request.ts';
import { v1 } from './v1/v1.ts';
import { batch, entity } from './v2.ts';

export const isTrackPath = (path: string): boolean => path.startsWith('/api/') || path.startsWith('/unsubscribe/');

export const dialectOf = (path: string): Dialect => (path.startsWith('/api/v2/') ? 'v2' : 'v1');

/** How large a body may be before it is answered with 413 unread: batches < 500 KB, entities <= 32 KB. */
export function maxBodyBytes(path: string): number {
  if (path === '/api/v2/batch') return LIMITS.batchBytes - 1;
  return path === '/api/v2/entity' ? LIMITS.itemBytes : LIMITS.v1BodyBytes - 1;
}

/** The answer to a body of more than `maxBodyBytes`. */
export const tooLargeAnswer = (path: string): Answer =>
  refused(413, bodyTooLarge(maxBodyBytes(path) + 1), dialectOf(path));

/** Answers a request to the Track API as Customer.io would, applying what it accepts. */
export function track(request: TrackRequest, accounts: Accounts, intake: Intake): Answer {
  switch (request.path) {
    case '/api/v2/batch':
    case '/api/v2/entity':
      return v2(request, intake);
    case '/api/v1/accounts/region':
      return region(request);
    default:
      return request.path.startsWith('/api/v2/') ? refused(404, NOT_FOUND, 'v2') : v1(request, accounts.first, intake);
  }
}

function v2({ account, method, path, body }: TrackRequest, intake: Intake): Answer {
  if (method !== 'POST') return refused(405, wrongMethod(['POST']), 'v2');
  if (account === undefined) return refused(401, UNAUTHORIZED, 'v2');
  return path === '/api/v2/batch' ? batch(account, body, intake) : entity(account, body, intake);
}

/** The documented answer, which names Customer.io's own host: nothing here follows it. */
function region({ account, method }: TrackRequest): Answer {
  if (method !== 'GET') return refused(405, wrongMethod(['GET']), 'v1');
  if (account === undefined) return refused(401, UNAUTHORIZED, 'v1');
  const url = account.region === 'eu' ? 'https://track-eu.customer.io' : 'https://track.customer.io';
  return {
    status: 200,
    body: `${JSON.stringify({ url, region: account.region, environment_id: account.environmentId })}\n`,
  };
}
