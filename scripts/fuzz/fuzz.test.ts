import { expect, it } from 'vitest';
import { runFuzz } from './fuzz-run.ts';

it('survives thousands of hostile requests: no crash, no 5xx, memory bounded, nothing accepted that Customer.io refuses', async () => {
  const report = await runFuzz({ requests: 3000, seed: 7, connections: 32 });
  expect(report.problems).toEqual([]);
  expect(Object.keys(report.statuses)).toEqual(
    expect.arrayContaining(['200', '207', '400', '401', '404', '405', '413']),
  );
}, 240_000);
