import { expect, it } from 'vitest';
import { linksOf, MAX_LINKS } from './links.ts';

const traceparent = (n: number) => `00-${String(n + 1).padStart(32, '0')}-${String(n + 1).padStart(16, '0')}-01`;

it('links each span in which operations were accepted once, with the id of its first operation', () => {
  const operations = [
    { id: 'A', traceId: traceparent(0) },
    { id: 'B', traceId: traceparent(0) },
    { id: 'C', traceId: traceparent(1) },
  ];
  expect(linksOf(operations)).toEqual([
    {
      context: { traceId: '1'.padStart(32, '0'), spanId: '1'.padStart(16, '0'), traceFlags: 1, isRemote: true },
      attributes: { 'cio_fleet.operation_id': 'A' },
    },
    expect.objectContaining({ attributes: { 'cio_fleet.operation_id': 'C' } }),
  ]);
});

it('makes no link of a label that is no traceparent', () => {
  expect(linksOf([{ id: 'A' }, { id: 'B', traceId: 'request-7' }])).toEqual([]);
});

it(`stops at ${MAX_LINKS} links`, () => {
  const operations = Array.from({ length: 1000 }, (_, n) => ({ id: String(n), traceId: traceparent(n) }));
  expect(linksOf(operations)).toHaveLength(MAX_LINKS);
});
