import { expect, it } from 'vitest';
import { labelText } from './call-labels.ts';

const operation = { type: 'person', action: 'identify', identifiers: { id: '42' } } as const;
const labels = (options: object | undefined, traceContext: () => string | undefined) =>
  labelText(options, { source: 'shop', traceContext }, operation);

it('takes the trace from traceContext where the call names none', () => {
  expect(labels(undefined, () => '00-a-b-01')).toBe('"source":"shop","traceId":"00-a-b-01",');
  expect(labels({ traceId: 'own' }, () => '00-a-b-01')).toBe('"source":"shop","traceId":"own",');
});

it.each([
  [
    'throws',
    () => {
      throw new Error('no SDK');
    },
  ],
  ['has none', () => undefined],
  ['gives what is too long for a label', () => 'x'.repeat(257)],
  ['gives no text', () => 7 as unknown as string],
])('carries no trace when traceContext %s', (_, traceContext) => {
  expect(labels(undefined, traceContext)).toBe('"source":"shop",');
});

it('still refuses a trace of the call itself that is no label', () => {
  expect(labels({ traceId: '' }, () => '00-a-b-01')).toBeUndefined();
});
