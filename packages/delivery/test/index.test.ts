import { expect, it } from 'vitest';
import * as delivery from '../src/index.ts';

it('the package exports exactly this', () => {
  expect(Object.keys(delivery).sort()).toEqual([
    'DEFAULT_LIMITS',
    'TrackUrlError',
    'backoffMs',
    'classify',
    'createBreaker',
    'createBudget',
    'createCourier',
    'createCustomerioClient',
    'createIdentifyMemory',
    'normalizeTrackUrl',
    'readRate',
    'setRate',
    'startCircuitProbe',
  ]);
});
