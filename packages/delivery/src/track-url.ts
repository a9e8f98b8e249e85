/** A Track URL that can't be used. */
export class TrackUrlError extends Error {
  readonly code = 'INVALID_TRACK_URL';

  constructor(received: string) {
    super(
      `expected an origin such as https://track.customer.io, got ${JSON.stringify(received)}: set CUSTOMERIO_TRACK_URL to an ` +
        'http or https address without path, or leave it unset',
    );
    this.name = 'TrackUrlError';
  }
}

const API_PATH = '/api/v1';

/**
 * The root that customer.io's client wants, from what people write: a trailing `/` or `/api/v1` is cut, `/api/v1` is appended
 * (the client finds v2 by replacing it).
 *
 * @throws {INVALID_TRACK_URL} when it is no http or https address
 */
export function normalizeTrackUrl(trackUrl: string): string {
  const trimmed = trackUrl.trim().replace(/\/+$/, '');
  const origin = trimmed.endsWith(API_PATH) ? trimmed.slice(0, -API_PATH.length).replace(/\/+$/, '') : trimmed;
  const parsed = URL.parse(origin);
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:'))
    throw new TrackUrlError(trackUrl);
  return `${origin}${API_PATH}`;
}
