import type { Answer } from '@cio-fleet/delivery';
import { describe, expect, it } from 'vitest';
import type { Level } from './finding.ts';
import { judgeCredentials } from './judge-credentials.ts';

const answer = (status: number, body: unknown = ''): Answer => ({ kind: 'response', status, body });

describe('credentials', () => {
  it.each<[string, Answer, Level, RegExp]>([
    ['are right where the region is the same', answer(200, { region: 'us' }), 'ok', /region us/],
    ['belong to another region', answer(200, { region: 'eu' }), 'fail', /CUSTOMERIO_REGION=eu/],
    ['are accepted by something that names no region', answer(200, {}), 'warn', /CUSTOMERIO_TRACK_URL/],
    ['are refused', answer(401), 'fail', /CUSTOMERIO_SITE_ID/],
    ['are redirected to the other data centre', answer(301), 'fail', /region to eu/],
    ['can not be checked while Customer.io is down', answer(503), 'warn', /try again/],
    ['can not be checked without a network', { kind: 'failure', code: 'ENOTFOUND', message: 'x' }, 'fail', /firewall/],
  ])('%s', (_title, given, level, expected) => {
    const finding = judgeCredentials(given, { region: 'us', place: 'track.customer.io' });
    expect(finding.level).toBe(level);
    expect(`${finding.found} ${finding.remedy}`).toMatch(expected);
  });
});
