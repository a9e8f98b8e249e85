export type ArchiveErrorCode =
  | 'ARCHIVE_ENGINE_MISSING'
  | 'ARCHIVE_UNAVAILABLE'
  | 'ARCHIVE_DAMAGED'
  | 'ARCHIVE_NOT_FOUND';

/** Something about the archive did not work; the journal itself goes on. */
export class ArchiveError extends Error {
  readonly code: ArchiveErrorCode;

  constructor(code: ArchiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ArchiveError';
    this.code = code;
  }
}

/** What came out of the child process, or of a client, as one of ours. */
export function toArchiveError(error: unknown): ArchiveError {
  if (error instanceof ArchiveError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ArchiveError('ARCHIVE_UNAVAILABLE', `the archive can't be written or read now: ${message}`, {
    cause: error,
  });
}
