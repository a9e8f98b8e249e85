/** Where the files of the archive are: a folder, or a bucket. Keys are paths with `/`. */
export interface ArchiveObjects {
  /** Keys that begin with `prefix`. */
  list(prefix: string): Promise<readonly string[]>;
  /** Undefined where there is none. */
  readText(key: string): Promise<string | undefined>;
  /** Replaces it in one step. */
  writeText(key: string, text: string): Promise<void>;
  /** Puts a file there, in one step. */
  upload(key: string, file: string): Promise<void>;
  /** In bytes. @throws Error when there is none */
  sizeOf(key: string): Promise<number>;
  read(key: string, from: number, bytes: number): Promise<Buffer>;
  remove(key: string): Promise<void>;
  /** The path of an object that is a file of this machine. */
  pathOf?(key: string): string;
  close(): void;
}
