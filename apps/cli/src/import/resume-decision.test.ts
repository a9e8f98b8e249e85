import { describe, expect, it } from 'vitest';
import type { ImportProgress } from './import-progress.ts';
import { decideResume, type ResumeFacts } from './resume-decision.ts';

const file = { bytes: 100, head: 'a', tail: 'b' };
const progress: ImportProgress = {
  v: 1,
  workspace: 'default',
  file,
  seed: { startedAtMs: 1, salt: 1 },
  offset: 50,
  lines: 5,
  accepted: 4,
  rejected: 1,
  rejectedBytes: 10,
  finished: false,
};
const facts: ResumeFacts = { wanted: undefined, exists: true, progress, file, workspace: 'default' };
const other = { ...file, tail: 'c' };

describe('an import', () => {
  it.each<[string, ResumeFacts, object]>([
    ['goes on where it stopped', facts, { kind: 'resume', progress }],
    ['goes on when it is told to', { ...facts, wanted: true }, { kind: 'resume' }],
    ['is over when it was finished', { ...facts, progress: { ...progress, finished: true } }, { kind: 'finished' }],
    ['begins anew with --no-resume', { ...facts, wanted: false }, { kind: 'fresh' }],
    ['begins without a progress file', { ...facts, exists: false, progress: undefined }, { kind: 'fresh' }],
    [
      'begins anew, and says so, with another file',
      { ...facts, file: other },
      { kind: 'fresh', note: expect.any(String) },
    ],
    [
      'begins anew, and says so, in another workspace',
      { ...facts, workspace: 'b' },
      { note: expect.stringMatching(/default/) },
    ],
    [
      'begins anew, and says so, when the progress is broken',
      { ...facts, progress: undefined },
      { note: expect.any(String) },
    ],
    ['refuses --resume without a progress file', { ...facts, wanted: true, exists: false }, { kind: 'refuse' }],
    ['refuses --resume of another file', { ...facts, wanted: true, file: other }, { kind: 'refuse' }],
  ])('%s', (_title, given, expected) => {
    expect(decideResume(given)).toMatchObject(expected);
  });
});
