import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainCode } from '@cio-fleet/contracts';
import { expect, it } from 'vitest';
import * as customerioNode from '../src/customerio-node/index.ts';
import { ENQUEUE_ERROR_CODES } from '../src/enqueue-result.ts';
import * as producer from '../src/index.ts';
import { PRODUCER_DEFAULTS } from '../src/producer-options.ts';
import * as testing from '../src/testing/index.ts';

const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8');

it('exports these values and no others', () => {
  expect(Object.keys(producer).sort()).toEqual(['PRODUCER_DEFAULTS', 'ProducerOptionsError', 'createProducer']);
  expect(Object.keys(customerioNode).sort()).toEqual([
    'EnqueueRejection',
    'IdentifierType',
    'MissingParamError',
    'Region',
    'RegionEU',
    'RegionUS',
    'TrackClient',
  ]);
  expect(Object.keys(testing)).toEqual(['createTestProducer']);
});

it.each([...ENQUEUE_ERROR_CODES, 'CONFIG_INVALID', 'CALL_UNSUPPORTED'])(
  'explains %s in the table and the README',
  (code) => {
    expect(explainCode(code)).toBeDefined();
    expect(readme).toContain(`\`${code}\``);
  },
);

it.each(Object.entries(PRODUCER_DEFAULTS))('documents the default of %s, %s, in the README', (name, value) => {
  const cell = new RegExp(`^\\| \`${name}\` *\\|([^|]*)\\|`, 'm').exec(readme)?.[1];
  expect(cell?.replaceAll('`', '').trim()).toBe(String(value));
});
