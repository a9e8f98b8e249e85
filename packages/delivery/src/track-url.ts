import { trackOrigin } from '@cio-fleet/contracts';

/** A Track URL that can't be used. */
export class TrackUrlError extends Error {
  readonly code = 'INVALID_TRACK_URL';

  constructor() {
    // What came may hold credentials, and so is not repeated.
    super(
      'expected an origin such as https://track.customer.io, got something else: set CUSTOMERIO_TRACK_URL to an http or https ' +
        'address without path or credentials, or leave it unset',
    );
    this.name = 'TrackUrlError';
  }
}

const API_PATH = '/api/v1';

/**
 * The root that customer.io's client wants, from what people write: see `trackOrigin`; `/api/v1` is appended (the client finds v2
 * by replacing it).
 *
 * @throws {INVALID_TRACK_URL} when it is no origin
 */
export function normalizeTrackUrl(trackUrl: string): string {
  const origin = trackOrigin(trackUrl);
  if (origin === undefined) throw new TrackUrlError();
  return `${origin}${API_PATH}`;
}
