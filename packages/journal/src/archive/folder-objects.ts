import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { ArchiveObjects } from './archive-objects.ts';

/** An archive in a folder. A file gets its name once it is whole and synced. */
export function createFolderObjects(folder: string): ArchiveObjects {
  const pathOf = (key: string) => join(folder, ...key.split('/'));

  async function place(key: string, write: (file: string) => Promise<void>): Promise<void> {
    const file = pathOf(key);
    // Others have no business in it: it holds personal data.
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${randomUUID()}.part`;
    try {
      await write(draft);
      await sync(draft);
      await rename(draft, file);
      await sync(dirname(file));
    } finally {
      await rm(draft, { force: true });
    }
  }

  return {
    async list(prefix) {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noneIfMissing);
      const keys = entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.part'))
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
      return keys.filter((key) => key.startsWith(prefix)).toSorted();
    },
    readText: (key) =>
      readFile(pathOf(key), 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      }),
    writeText: (key, text) => place(key, (draft) => writeFile(draft, text, { mode: 0o600 })),
    upload: (key, file) => place(key, (draft) => copyFile(file, draft)),
    sizeOf: async (key) => (await stat(pathOf(key))).size,
    async read(key, from, bytes) {
      const file = await open(pathOf(key));
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, from);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    remove: (key) => rm(pathOf(key), { force: true }),
    pathOf,
    close: () => undefined,
  };
}

async function sync(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function noneIfMissing(error: unknown): [] {
  if (isMissing(error)) return [];
  throw error;
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ENOENT';
}
