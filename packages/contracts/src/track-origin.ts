const API_PATH = /\/+(api\/v1\/*)?$/;

/**
 * The origin of a Track API, or `undefined` where `value` isn't one. A trailing `/` or `/api/v1` is cut, because people copy
 * the address with either; the client appends its own path.
 */
export function trackOrigin(value: string): string | undefined {
  const trimmed = value.trim().replace(API_PATH, '');
  if (!URL.canParse(trimmed)) return undefined;
  const url = new URL(trimmed);
  const isOrigin = (url.protocol === 'http:' || url.protocol === 'https:') && url.pathname === '/';
  // Credentials, a query or a fragment would be sent along on every request, or end up in a log.
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return isOrigin && isPlain ? url.origin : undefined;
}
