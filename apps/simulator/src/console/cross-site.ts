import type { IncomingHttpHeaders } from 'node:http';

/**
 * True when a browser sent this for another site. Every port of a host is the same *site* to a browser, so only the
 * same *origin* passes. Programs send neither header.
 */
export function isCrossSite(headers: IncomingHttpHeaders): boolean {
  const fetchSite = headers['sec-fetch-site'];
  if (fetchSite !== undefined) return fetchSite !== 'same-origin' && fetchSite !== 'none';
  return headers.origin !== undefined && URL.parse(headers.origin)?.host !== headers.host;
}
