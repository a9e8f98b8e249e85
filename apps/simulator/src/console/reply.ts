import type { ServerResponse } from 'node:http';

/** Why a call to `/_sim` was refused. */
export interface ConsoleError {
  readonly code: string;
  readonly field?: string;
  readonly expected: string;
  readonly got: string;
}

export function replyJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    .end(`${JSON.stringify(body)}\n`);
}

/** `{"error":{code, field, message, expected, got}}`: the message is the rest in words. */
export function replyError(response: ServerResponse, status: number, error: ConsoleError): void {
  const message = `${error.field ? `${error.field}: ` : ''}expected ${error.expected}, got ${error.got}`;
  replyJson(response, status, { error: { ...error, message } });
}

/** No inline scripts or styles, nothing from elsewhere, nobody's frame. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function replyHtml(response: ServerResponse, html: string): void {
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .end(html);
}
