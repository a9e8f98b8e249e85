import type { Request } from 'express';

/**
 * Browsers send the write key in the body and no header, because a header would cost them a preflight. Puts it where SDKs of servers
 * have it, so that there is one way to be let in.
 */
export function moveWriteKeyToHeader(request: Request): void {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null) return;
  const { writeKey } = body as { readonly writeKey?: unknown };
  if (typeof writeKey !== 'string' || writeKey === '') return;
  request.headers.authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`;
}
