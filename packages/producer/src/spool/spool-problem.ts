/** Why the spool doesn't take operations just now. */
export type SpoolProblemCode = 'SPOOL_FULL' | 'SPOOL_LOCKED' | 'SPOOL_UNAVAILABLE';

/** The spool can't do what it was asked. It is tried again; nothing that it took before is lost by it. */
export class SpoolProblem extends Error {
  readonly code: SpoolProblemCode;

  constructor(code: SpoolProblemCode, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.name = 'SpoolProblem';
    this.code = code;
  }
}

/** No room on the disk, or in the quota of the user. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Names the trouble behind whatever the file system threw. */
export function spoolProblem(error: unknown): SpoolProblem {
  if (error instanceof SpoolProblem) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new SpoolProblem(code !== undefined && NO_ROOM.has(code) ? 'SPOOL_FULL' : 'SPOOL_UNAVAILABLE', message, error);
}

/** Whether the disk is to blame, not Redis. */
export function isDiskError(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && code.startsWith('SPOOL_');
}
