/** The write key of the one workspace of the plain variables. */
export const WRITE_KEY = 'demo-key';

/** A message, a batch, or a body as it goes over the wire. */
export type MessageBody = object | string | Uint8Array<ArrayBuffer>;

/** Posts as an SDK of Segment does. */
export function postMessage(
  url: string,
  body: MessageBody,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`,
      ...headers,
    },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
}
