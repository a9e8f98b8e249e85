import type { ArchiveObjects } from './archive-objects.ts';
import type { ArchiveTarget } from './archive-target.ts';
import { createFolderObjects } from './folder-objects.ts';
import { openS3Objects } from './s3-objects.ts';

/** The files of an archive. AWS's SDK is loaded only for a bucket. */
export async function openObjects(target: ArchiveTarget): Promise<ArchiveObjects> {
  return target.kind === 'folder' ? createFolderObjects(target.folder) : openS3Objects(target);
}
