/** Longer than this no one waits on a header's word alone. */
const MAX_MS = 300_000;

/**
 * The delay in ms that a Retry-After header asks for: seconds, or an HTTP date. `undefined` where it is absent or unreadable.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function readRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (text === '') return undefined;
  const delayMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return Number.isNaN(delayMs) ? undefined : Math.min(MAX_MS, Math.max(0, Math.round(delayMs)));
}
