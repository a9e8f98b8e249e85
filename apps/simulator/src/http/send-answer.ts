import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Answer } from '../track/answer.ts';

/** Sends an answer as a whole. @param closes ends the connection after it, for a body that was not read to its end */
export function sendAnswer(response: ServerResponse, answer: Answer, closes = false): void {
  const headers = headersOf(answer);
  if (closes) headers.connection = 'close';
  response.writeHead(answer.status, headers).end(answer.body);
}

/** Sends the head and half of the body, then destroys the connection. */
export function sendHalf(response: ServerResponse, answer: Answer): void {
  // Without a body there is no middle to break off at: promise one.
  const body = answer.body === '' ? '{}\n' : answer.body;
  response.writeHead(answer.status === 204 ? 200 : answer.status, headersOf({ ...answer, body }));
  const half = body.slice(0, Math.max(1, body.length >> 1));
  // Destroyed in the callback, so that the half has left for the client.
  response.write(half, () => response.destroy());
}

function headersOf({ body, contentType = 'application/json', retryAfterSeconds }: Answer): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { 'content-length': Buffer.byteLength(body) };
  if (body !== '') headers['content-type'] = contentType;
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  return headers;
}
