import { describe, expect, it } from 'vitest';
import { readArchiveTarget } from './archive-target.ts';

describe('JOURNAL_ARCHIVE', () => {
  it.each([
    ['file:///var/lib/archive', { kind: 'folder', folder: '/var/lib/archive' }],
    ['file:///with%20space', { kind: 'folder', folder: '/with space' }],
    ['s3://bucket', { kind: 's3', bucket: 'bucket', prefix: '' }],
    ['s3://my.bucket/some/prefix/', { kind: 's3', bucket: 'my.bucket', prefix: 'some/prefix' }],
  ])('is understood: %s', (JOURNAL_ARCHIVE, target) => {
    expect(readArchiveTarget({ JOURNAL_ARCHIVE })).toEqual(target);
  });

  it('goes with region and endpoint', () => {
    const AWS_ENDPOINT_URL_S3 = 'http://127.0.0.1:9000';
    const target = readArchiveTarget({ JOURNAL_ARCHIVE: 's3://bucket', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_S3 });
    expect(target).toMatchObject({ region: 'eu-west-1', endpoint: AWS_ENDPOINT_URL_S3 });
  });

  it.each([
    '',
    '/folder',
    'file://host/folder',
    'file:///a%zz',
    's3://',
    's3://UPPER',
    's3://key:secret@bucket',
    's3://b/?x=1',
    'https://x',
  ])('is not understood: "%s"', (JOURNAL_ARCHIVE) => {
    expect(readArchiveTarget({ JOURNAL_ARCHIVE })).toBeUndefined();
  });
});
