import type { ForwardJobData } from './forward-job.ts';
import type { ForwardAttempt } from './forward-policy.ts';

/** How long the receiver may take to answer, in ms. */
export const FORWARD_TIMEOUT_MS = 10_000;

/** Sends one webhook to its receiver, as it came. Never rejects; redirects are not followed. */
export async function forwardWebhook(
  url: string,
  webhook: ForwardJobData,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<ForwardAttempt> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? FORWARD_TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: webhook.headers,
      body: Buffer.from(webhook.body, webhook.encoding),
      redirect: 'manual',
      signal: options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]),
    });
    // Nothing in the answer matters; unread, it would keep the connection.
    await response.body?.cancel();
    return { kind: 'answered', status: response.status };
  } catch (error) {
    return { kind: 'failed', code: codeOf(error) };
  }
}

function codeOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } };
  if (name === 'TimeoutError') return 'TIMEOUT';
  if (name === 'AbortError') return 'ABORTED';
  return typeof cause?.code === 'string' ? cause.code : 'NETWORK';
}
