import { expect, it } from 'vitest';
import { readTraceparent, traceIdOf } from './trace-label.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

it.each([
  [`00-${TRACE}-${SPAN}-01`, 1],
  [`00-${TRACE}-${SPAN}-00`, 0],
  [`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, 1],
])('reads the span of %s', (label, traceFlags) => {
  expect(readTraceparent(label)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags });
  expect(traceIdOf(label)).toBe(TRACE);
});

it.each([
  'request-7',
  TRACE,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-011`,
])('takes %s for a label without a span', (label) => {
  expect(readTraceparent(label)).toBeUndefined();
  expect(traceIdOf(label)).toBe(label);
});
