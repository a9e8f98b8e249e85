import { describe, expect, it } from 'vitest';
import { normalizeTrackUrl } from './track-url.ts';

describe('normalizeTrackUrl', () => {
  it.each([
    'http://127.0.0.1:8090',
    'http://127.0.0.1:8090/',
    'http://127.0.0.1:8090/api/v1',
    'http://127.0.0.1:8090/api/v1/',
    ' http://127.0.0.1:8090// ',
  ])('makes the root of v1 of "%s"', (trackUrl) => {
    expect(normalizeTrackUrl(trackUrl)).toBe('http://127.0.0.1:8090/api/v1');
  });

  it.each(['', 'track.customer.io', 'ftp://track.customer.io', 'not a url', 'https://u:s3cret@h', 'https://h/cio'])(
    'refuses "%s", says what it expects and repeats nothing of it',
    (trackUrl) => {
      expect(() => normalizeTrackUrl(trackUrl)).toThrow(expect.objectContaining({ code: 'INVALID_TRACK_URL' }));
      expect(() => normalizeTrackUrl(trackUrl)).toThrow(/expected an origin .* got/);
      expect(() => normalizeTrackUrl(trackUrl)).not.toThrow(/s3cret/);
    },
  );
});
