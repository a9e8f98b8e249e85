import { describe, expect, it } from 'vitest';
import { findAbusers } from './find-abusers.ts';
import type { SpamReport } from './read-spam-report.ts';
import { NOTHING, type Subject, type SubjectCounts } from './subject-counts.ts';

type Piece = readonly [startMs: number, counts: Partial<SubjectCounts>];

function report(subjects: Readonly<Record<Subject, readonly Piece[]>>, pieceMs = 60_000): SpamReport {
  return {
    workspace: 'acme',
    pieceMs,
    subjects: Object.entries(subjects).map(([subject, pieces]) => ({
      subject: subject as Subject,
      pieces: pieces.map(([startMs, counts]) => ({ startMs, counts: { ...NOTHING, ...counts } })),
      names: [],
    })),
  };
}

describe('somebody', () => {
  it.each<[string, Piece[], string[]]>([
    ['who was turned away once', [[0, { limited: 1 }]], ['limited']],
    [
      'whose nonsense adds up',
      [
        [0, { refused: 60 }],
        [60_000, { refused: 40 }],
      ],
      ['refused'],
    ],
    ['who sends a lot in one minute', [[0, { operations: 60_000 }]], ['volume']],
    ['who guesses', [[0, { unauthorised: 100 }]], ['unauthorised']],
  ])('%s is listed', (_who, pieces, reasons) => {
    expect(findAbusers(report({ 'key:acme/shop': pieces }))).toMatchObject([{ subject: 'key:acme/shop', reasons }]);
  });

  it('who sends a lot in many minutes, and never much, is not listed', () => {
    const pieces = Array.from(
      { length: 10 },
      (_, minute): Piece => [minute * 60_000, { operations: 50_000, refused: 9 }],
    );
    expect(findAbusers(report({ 'key:acme/shop': pieces }))).toEqual([]);
  });

  it('is judged by the mean per minute where pieces are hours', () => {
    const found = findAbusers(report({ 'key:acme/shop': [[0, { operations: 3_600_000 }]] }, 3_600_000));
    expect(found).toMatchObject([{ peakOperationsPerMinute: 60_000 }]);
  });
});

it('says since when there was a reason', () => {
  const pieces: Piece[] = [
    [0, { operations: 5 }],
    [60_000, { operations: 5, limited: 2 }],
    [120_000, { limited: 1 }],
  ];
  expect(findAbusers(report({ 'address:10.0.0.1': pieces }))).toMatchObject([
    { sinceMs: 60_000, totals: { limited: 3 } },
  ]);
});

it('puts first who was turned away most', () => {
  const found = findAbusers(report({ 'key:a/a': [[0, { limited: 1 }]], 'key:b/b': [[0, { limited: 9 }]] }));
  expect(found.map(({ subject }) => subject)).toEqual(['key:b/b', 'key:a/a']);
});
