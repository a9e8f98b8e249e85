import { type FileHandle, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';

/** An open file of the spool. */
export interface SpoolFile {
  /** Reads into all of `into`, or up to the end of the file. Gives the bytes read. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** What was written is on the disk when this resolves. After it has failed, nothing is known about the file any more. */
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /** Tells files apart, whatever their names. */
  identity(): Promise<string>;
  close(): Promise<void>;
}

/** The file system as the spool needs it; tests put faults in between. */
export interface SpoolDisk {
  makeFolder(folder: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  /** A new file, for reading and writing. Fails when the name is taken. */
  create(path: string): Promise<SpoolFile>;
  /** An existing file, for reading. */
  open(path: string): Promise<SpoolFile>;
  sizeOf(path: string): Promise<number>;
  /** The identity of the file that has this name now; undefined when there is none. */
  identityOf(path: string): Promise<string | undefined>;
  readText(path: string): Promise<string>;
  /** A second name for a file. Fails with EEXIST when the name is taken. */
  link(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; fine when there is none. */
  remove(path: string): Promise<void>;
  /** Names made in the folder are on the disk when this resolves. */
  syncFolder(folder: string): Promise<void>;
}

/** The real one. */
export const NODE_DISK: SpoolDisk = {
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true });
  },
  list: (folder) => readdir(folder),
  async create(path) {
    return fileOf(await open(path, 'wx+', 0o600));
  },
  async open(path) {
    return fileOf(await open(path, 'r'));
  },
  async sizeOf(path) {
    return (await stat(path)).size;
  },
  async identityOf(path) {
    try {
      const { dev, ino } = await stat(path);
      return `${dev}:${ino}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
  readText: (path) => readFile(path, 'utf8'),
  link,
  rename,
  remove: (path) => rm(path, { force: true }),
  async syncFolder(folder) {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

function fileOf(handle: FileHandle): SpoolFile {
  return {
    async read(into, position) {
      let done = 0;
      while (done < into.length) {
        const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return done;
    },
    async write(bytes, position) {
      let done = 0;
      while (done < bytes.length) {
        done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    truncate: (bytes) => handle.truncate(bytes),
    async identity() {
      const { dev, ino } = await handle.stat();
      return `${dev}:${ino}`;
    },
    close: () => handle.close(),
  };
}
