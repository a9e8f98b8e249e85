import { describe, expect, it } from 'vitest';
import { createPaint } from '../session/terminal.ts';
import { type Progress, progressBar, progressFacts } from './progress-line.ts';

const half: Progress = { share: 0.5, done: '500 operations', perSecond: 100.4, elapsedMs: 5_000, remark: '2 rejected' };
const paint = createPaint(false);

describe('a progress line', () => {
  it('tells share, count, rate, what is left and the remark', () => {
    expect(progressFacts(half)).toBe('50 % · 500 operations · 100/s · 5 s left · 2 rejected');
  });

  it('leaves out what is not known', () => {
    expect(progressFacts({ share: undefined, done: '7', perSecond: 1, elapsedMs: 1 })).toBe('7 · 1/s');
  });

  it('draws a bar that is filled by the share', () => {
    expect(progressBar(half, 120, paint)).toMatch(/^█{15}░{15} {2}50 %/);
  });

  it.each([20, 60, 80, 200])('fits a terminal of %i columns', (columns) => {
    expect(progressBar(half, columns, paint).length).toBeLessThan(columns);
  });
});
