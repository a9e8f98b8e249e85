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

  it('keeps a path before it, for proxies', () => {
    expect(normalizeTrackUrl('https://proxy.example.com/cio/api/v1')).toBe('https://proxy.example.com/cio/api/v1');
  });

  it.each(['', 'track.customer.io', 'ftp://track.customer.io', 'not a url'])(
    'refuses "%s" and says what it expects',
    (trackUrl) => {
      expect(() => normalizeTrackUrl(trackUrl)).toThrow(expect.objectContaining({ code: 'INVALID_TRACK_URL' }));
      expect(() => normalizeTrackUrl(trackUrl)).toThrow(/expected an origin .* got/);
    },
  );
});
