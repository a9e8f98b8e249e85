import { expect, it } from 'vitest';
import type { JournalOutcome, JournalRow } from '../row.ts';
import { createRowBuffer } from './row-buffer.ts';

const row = (outcome: JournalOutcome, time: number): JournalRow => ({ time, workspace: 'w', outcome, action: 'track' });

function filled(maxRows: number, rows: readonly JournalRow[], maxBytes = 1e9) {
  const dropped: string[] = [];
  const buffer = createRowBuffer({ maxRows, maxBytes }, ({ outcome, time }) => dropped.push(`${outcome} ${time}`));
  for (const each of rows) buffer.push(each);
  return { buffer, dropped };
}

it('drops the oldest failed attempts first, then what went well, and dead letters last', () => {
  const { buffer, dropped } = filled(3, [
    row('dead-lettered', 1),
    row('failed', 2),
    row('delivered', 3),
    row('delivered', 4),
    row('dead-lettered', 5),
    row('dead-lettered', 6),
  ]);
  expect(dropped).toEqual(['failed 2', 'delivered 3', 'delivered 4']);
  expect(buffer.take(10).map(({ time }) => time)).toEqual([1, 5, 6]);
});

it('refuses a row when all that waits matters more', () => {
  const { dropped } = filled(2, [row('dead-lettered', 1), row('erased', 2), row('failed', 3), row('delivered', 4)]);
  expect(dropped).toEqual(['failed 3', 'delivered 4']);
});

it('keeps what tells of an erasure as long as what was lost, for the writer must learn of it', () => {
  const erasure = { ...row('delivered', 1), action: 'suppress' };
  const { buffer, dropped } = filled(2, [erasure, row('delivered', 2), row('dead-lettered', 3)]);
  expect(dropped).toEqual(['delivered 2']);
  expect(buffer.take(10).map(({ time }) => time)).toEqual([1, 3]);
});

it('is bounded by bytes, payloads counted', () => {
  const large = { ...row('delivered', 1), payload: 'x'.repeat(10_000) };
  const { buffer, dropped } = filled(
    1_000,
    Array.from({ length: 10 }, () => large),
    50_000,
  );
  expect(buffer.rows).toBe(2);
  expect(dropped).toHaveLength(8);
});

it('gives rows back in the order they came, however many pass through', () => {
  const buffer = createRowBuffer({ maxRows: 5_000, maxBytes: 1e9 }, () => undefined);
  let pushed = 0;
  let taken = 0;
  for (let round = 0; round < 50; round += 1) {
    for (let n = 0; n < 100; n += 1) buffer.push(row('delivered', pushed++));
    for (const { time } of buffer.take(round < 25 ? 90 : 110)) expect(time).toBe(taken++);
  }
  expect(taken).toBe(pushed);
  expect(buffer.bytes).toBe(0);
});
