import { newUlid } from '@cio-fleet/contracts';
import { expect, it } from 'vitest';
import { createRowCleaner } from '../intake/clean-row.ts';
import type { JournalRow } from '../row.ts';
import { summarize } from './summarize.ts';

const clean = createRowCleaner({ payload: 'none', redact: [], person: 'plain' });
const rowOf = (facts: Partial<JournalRow>) =>
  clean({
    time: 1,
    workspace: 'shop',
    operationId: newUlid(),
    outcome: 'delivered',
    action: 'track',
    name: 'Order',
    ...facts,
  });

it('counts an event by its name once, whatever happened to it on its way and after it first ended', () => {
  const operationId = newUlid();
  const rows = [
    { outcome: 'failed', attempts: 1 },
    { outcome: 'failed', attempts: 2 },
    { outcome: 'fell-back' },
    { outcome: 'dead-lettered' },
    { outcome: 'redriven', redrives: 1 },
    { outcome: 'delivered', redrives: 1 },
  ] as const;
  const others = [{}, { outcome: 'webhook', action: 'opened' }, { outcome: 'note', action: 'note' }] as const;
  const { names } = summarize([...rows.map((row) => rowOf({ ...row, operationId })), ...others.map(rowOf)]);
  expect(names).toEqual([[0, 'shop', '', 'track', 'Order', 2]]);
});
