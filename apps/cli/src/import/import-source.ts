import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { usageError } from '../session/cli-error.ts';
import { type FileIdentity, identifyFile } from './file-identity.ts';
import { type ImportProgress, readProgress } from './import-progress.ts';
import { decideResume, type ResumeFacts } from './resume-decision.ts';
import { newImportSeed } from './stable-id.ts';

const CHUNK_BYTES = 262_144;
const NO_FILE: FileIdentity = { bytes: 0, head: '', tail: '' };

/** What is imported, and from where on. */
export interface ImportSource {
  /** Where the import begins, or what the finished one came to. */
  readonly progress: ImportProgress;
  /** Whether it goes on where another run stopped. */
  readonly isResumed: boolean;
  /** Something to tell the user. */
  readonly note?: string;
  /** The size, where it is known. */
  readonly bytes: number | undefined;
  /** The bytes from `progress.offset` on; the signal ends them. */
  chunks(signal: AbortSignal): Readable;
  close(): Promise<void>;
}

export interface FileSourceOptions {
  readonly path: string;
  readonly progressPath: string;
  readonly workspace: string;
  readonly resume: boolean | undefined;
}

/**
 * Opens a file to import, where an earlier run left off.
 *
 * @throws CliError (exit code 2) when it can't be read, or `--resume` is wanted and impossible
 */
export async function openFileSource({
  path,
  progressPath,
  workspace,
  resume,
}: FileSourceOptions): Promise<ImportSource> {
  const file = await openFile(path);
  try {
    const identity = await identifyFile(file);
    const exists = existsSync(progressPath);
    const facts: ResumeFacts = {
      wanted: resume,
      exists,
      progress: readProgress(progressPath),
      file: identity,
      workspace,
    };
    const decision = decideResume(facts);
    if (decision.kind === 'refuse') {
      throw usageError(`--resume: ${decision.problem} (${progressPath}); leave --resume away to begin anew`);
    }
    const isFresh = decision.kind === 'fresh';
    const progress = isFresh ? freshProgress(workspace, identity) : decision.progress;
    return {
      progress,
      isResumed: !isFresh,
      ...('note' in decision && { note: decision.note }),
      bytes: identity.bytes,
      chunks: (signal) =>
        addAbortSignal(
          signal,
          file.createReadStream({ start: progress.offset, highWaterMark: CHUNK_BYTES, autoClose: false }),
        ),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Standard input: it can't be read twice, so it can't be resumed. */
export function openPipeSource(stdin: Readable, workspace: string): ImportSource {
  return {
    progress: freshProgress(workspace, NO_FILE),
    isResumed: false,
    bytes: undefined,
    chunks: (signal) => addAbortSignal(signal, stdin),
    async close() {
      stdin.destroy();
    },
  };
}

function freshProgress(workspace: string, file: FileIdentity): ImportProgress {
  const counts = { offset: 0, lines: 0, accepted: 0, rejected: 0, rejectedBytes: 0 };
  return { v: 1, workspace, file, seed: newImportSeed(Date.now()), ...counts, finished: false };
}

async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usageError(`expected a file that can be read, got ${path} (${code}); give the path of one, or - for stdin`);
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw usageError(`expected a file, got ${path}, which is none; pipe it in with - instead`);
}
