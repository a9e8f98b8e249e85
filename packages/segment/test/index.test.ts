import { expect, it } from 'vitest';
import * as segment from '../src/index.ts';

it('the package exports the table, what applies it, and what reads a request', () => {
  expect(Object.keys(segment).sort()).toEqual([
    'DEFAULT_MESSAGE_ID_WINDOW_MS',
    'MAPPING_TABLE',
    'MAX_MESSAGE_BYTES',
    'MAX_REQUEST_BYTES',
    'TOO_LARGE',
    'batchMessages',
    'mapMessage',
    'singleMessage',
  ]);
});
