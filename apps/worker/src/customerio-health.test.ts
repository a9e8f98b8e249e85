import type { Circuit } from '@cio-fleet/lanes';
import { expect, it } from 'vitest';
import { readCustomerioHealth } from './customerio-health.ts';

const circuit = (state: Circuit['state'], failureCount = 0, lastFailure: number | null = null): Circuit => ({
  ...{ state, since: 0, failureCount, lastFailure, lastError: null },
});
const answer = (state: string, failures: number, lastFailure: string | null) => ({
  customerio: { circuit_state: state, failure_count: failures, last_failure: lastFailure },
});

it('tells the most failures and the newest one where several workspaces are in the same state', () => {
  const circuits = new Map([
    ['clean', circuit('CLOSED')],
    ['failing', circuit('CLOSED', 4, 1_000)],
  ]);
  const failing = { status: 200, body: answer('CLOSED', 4, '1970-01-01T00:00:01.000Z') };
  expect(readCustomerioHealth(circuits)).toEqual(failing);
  expect(readCustomerioHealth(circuits, 'failing')).toEqual(failing);
  expect(readCustomerioHealth(circuits, 'clean')).toEqual({ status: 200, body: answer('CLOSED', 0, null) });
});

it('is as bad as the worst workspace', () => {
  const circuits = new Map([
    ['us', circuit('HALF_OPEN', 5, 1_000)],
    ['eu', circuit('CLOSED')],
  ]);
  expect(readCustomerioHealth(circuits)).toMatchObject({
    status: 503,
    body: answer('HALF_OPEN', 5, expect.any(String)),
  });
});

it('knows no workspace that the worker does not serve', () => {
  expect(readCustomerioHealth(new Map([['us', circuit('CLOSED')]]), 'mars').status).toBe(404);
});
