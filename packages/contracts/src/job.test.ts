import { describe, expect, it } from 'vitest';
import { deadLetterJobId, jobName, readLaneJob } from './job.ts';
import type { QueuedOperation } from './queued-operation.ts';

const ID = '01HB4HBDKTFWYZCK01DMRSWRFD';
const queued = (op: unknown, more: object = {}) => ({ id: ID, at: 1, op, ...more }) as QueuedOperation;
const TRACK = { type: 'person', action: 'event', identifiers: { id: '1' }, name: 'Paid' };
const SUPPRESS = { type: 'person', action: 'suppress', identifiers: { id: '1' } };
const MERGE = { type: 'person', action: 'merge', primary: { id: '1' }, secondary: { id: '2' } };
const OBJECT = { type: 'object', action: 'delete', identifiers: { object_type_id: '1', object_id: 'acme' } };

describe('jobName', () => {
  it('a job of one operation is named for its verb', () => {
    expect(jobName([queued(TRACK)])).toBe('track');
    expect(jobName([queued(SUPPRESS)])).toBe('suppress');
    expect(jobName([queued({ ...TRACK, identifiers: { anonymous_id: 'a' } })])).toBe('trackAnonymous');
  });

  it('a job of several operations is a batch', () => {
    expect(jobName([queued(TRACK), queued(TRACK)])).toBe('batch');
  });
});

describe('deadLetterJobId', () => {
  it('is the ULID and how often it was redriven', () => {
    expect(deadLetterJobId(queued(TRACK))).toBe(`${ID}-0`);
    expect(deadLetterJobId(queued(TRACK, { redrives: 2 }))).toBe(`${ID}-2`);
  });
});

describe('readLaneJob', () => {
  it('reads what this version writes', () => {
    const form = { type: 'form', action: 'submit', identifiers: { form_id: 'f' }, data: { email: 'a@b.c' } };
    const segment = { type: 'segment', action: 'add_person', identifiers: { segment_id: '7' }, person: { id: '1' } };
    const invite = { type: 'invite', action: 'event', name: 'Invited' };
    const metric = { type: 'delivery', action: 'metric', identifiers: { id: 'D' }, name: 'bounced' };
    const operations = [TRACK, MERGE, OBJECT, form, segment, invite, metric].map((op) => queued(op));
    expect(readLaneJob({ v: 1, operations })).toEqual({ kind: 'ok', operations });
  });

  it('leaves a job of a newer version to a newer worker', () => {
    expect(readLaneJob({ v: 2, whatever: true })).toEqual({ kind: 'newer', version: 2 });
  });

  it('reads an operation on a person whose id is the word undefined', () => {
    expect(readLaneJob({ v: 1, operations: [queued({ ...SUPPRESS, identifiers: { id: 'undefined' } })] }).kind).toBe(
      'ok',
    );
  });

  it.each<[what: string, data: unknown]>([
    ['null', null],
    ['text', 'job'],
    ['an empty object', {}],
    ['a version that is no number', { v: '1', operations: [queued(TRACK)] }],
    ['version 0', { v: 0, operations: [queued(TRACK)] }],
    ['NaN as version', { v: Number.NaN, operations: [queued(TRACK)] }],
    ['no operations', { v: 1 }],
    ['an empty list of operations', { v: 1, operations: [] }],
    ['null among the operations', { v: 1, operations: [queued(TRACK), null] }],
    ['an operation without id', { v: 1, operations: [{ at: 1, op: TRACK }] }],
    ['an operation without time', { v: 1, operations: [{ id: ID, op: TRACK }] }],
    ['an operation at a fraction of a millisecond', { v: 1, operations: [queued(TRACK, { at: 1.5 })] }],
    ['an operation beyond all times', { v: 1, operations: [queued(TRACK, { at: 2 ** 60 })] }],
    ['a fraction as window of its key', { v: 1, operations: [queued(TRACK, { idempotencyWindowMs: 1.5 })] }],
    ['an empty window of its key', { v: 1, operations: [queued(TRACK, { idempotencyWindowMs: 0 })] }],
    ['an operation without op', { v: 1, operations: [{ id: ID, at: 1 }] }],
    [
      'a form of nobody',
      { v: 1, operations: [queued({ type: 'form', action: 'submit', identifiers: { form_id: 'f' } })] },
    ],
    [
      'a segment of nobody',
      { v: 1, operations: [queued({ type: 'segment', action: 'add_person', identifiers: { segment_id: '7' } })] },
    ],
    ['an invite without name', { v: 1, operations: [queued({ type: 'invite', action: 'event' })] }],
    [
      'a metric named constructor',
      { v: 1, operations: [queued({ type: 'delivery', action: 'constructor', identifiers: { id: 'D' } })] },
    ],
    ['an unknown type', { v: 1, operations: [queued({ ...TRACK, type: 'pet' })] }],
    ['an unknown action', { v: 1, operations: [queued({ ...TRACK, action: 'greet' })] }],
    [
      'an action named as a member of every object',
      { v: 1, operations: [queued({ ...TRACK, action: 'constructor' })] },
    ],
    ['no identifiers', { v: 1, operations: [queued({ ...TRACK, identifiers: undefined })] }],
    ['empty identifiers', { v: 1, operations: [queued({ ...TRACK, identifiers: {} })] }],
    ['an identifier that is no text', { v: 1, operations: [queued({ ...TRACK, identifiers: { id: 1 } })] }],
    ['an identifier of another name', { v: 1, operations: [queued({ ...TRACK, identifiers: { name: 'Ada' } })] }],
    ['half of an object', { v: 1, operations: [queued({ ...OBJECT, identifiers: { object_id: 'acme' } })] }],
    ['a merge without secondary', { v: 1, operations: [queued({ ...MERGE, secondary: undefined })] }],
  ])('calls %s unreadable and says why', (_, data) => {
    expect(readLaneJob(data)).toMatchObject({ kind: 'unreadable', problem: expect.stringMatching(/./) });
  });
});
