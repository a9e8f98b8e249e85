import type { SpoolDisk, SpoolFile } from './spool-disk.ts';

/** A disk whose every answer is heard, good or bad. @param onAnswer - called after each, before whoever asked goes on */
export function watchedDisk(disk: SpoolDisk, onAnswer: () => void): SpoolDisk {
  const heard = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } finally {
      onAnswer();
    }
  };
  const watched = (file: SpoolFile): SpoolFile => ({
    read: (into, position) => heard(file.read(into, position)),
    write: (bytes, position) => heard(file.write(bytes, position)),
    sync: () => heard(file.sync()),
    truncate: (bytes) => heard(file.truncate(bytes)),
    identity: () => heard(file.identity()),
    close: () => heard(file.close()),
  });
  return {
    makeFolder: (folder) => heard(disk.makeFolder(folder)),
    list: (folder) => heard(disk.list(folder)),
    create: async (path) => watched(await heard(disk.create(path))),
    open: async (path) => watched(await heard(disk.open(path))),
    sizeOf: (path) => heard(disk.sizeOf(path)),
    identityOf: (path) => heard(disk.identityOf(path)),
    readText: (path) => heard(disk.readText(path)),
    link: (from, to) => heard(disk.link(from, to)),
    rename: (from, to) => heard(disk.rename(from, to)),
    remove: (path) => heard(disk.remove(path)),
    syncFolder: (folder) => heard(disk.syncFolder(folder)),
  };
}
