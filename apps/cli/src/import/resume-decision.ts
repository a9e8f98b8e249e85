import { type FileIdentity, isSameFile } from './file-identity.ts';
import type { ImportProgress } from './import-progress.ts';

export type ResumeDecision =
  | { readonly kind: 'fresh' }
  /** Begins anew although there is a progress file: say so. */
  | { readonly kind: 'fresh'; readonly note: string }
  | { readonly kind: 'resume'; readonly progress: ImportProgress }
  | { readonly kind: 'finished'; readonly progress: ImportProgress }
  | { readonly kind: 'refuse'; readonly problem: string };

export interface ResumeFacts {
  /** `--resume` true, `--no-resume` false, neither undefined. */
  readonly wanted: boolean | undefined;
  /** Whether a progress file lies there, readable or not. */
  readonly exists: boolean;
  readonly progress: ImportProgress | undefined;
  readonly file: FileIdentity;
  readonly workspace: string;
}

/** Whether an import goes on where another one stopped: by default when it is the same file and workspace. */
export function decideResume({ wanted, exists, progress, file, workspace }: ResumeFacts): ResumeDecision {
  if (wanted === false) return { kind: 'fresh' };
  if (!exists) return wanted ? { kind: 'refuse', problem: 'there is no progress file' } : { kind: 'fresh' };
  const problem = mismatch({ progress, file, workspace });
  if (problem !== undefined) {
    return wanted ? { kind: 'refuse', problem } : { kind: 'fresh', note: `begins anew: ${problem}` };
  }
  const matching = progress as ImportProgress;
  return { kind: matching.finished ? 'finished' : 'resume', progress: matching };
}

function mismatch({
  progress,
  file,
  workspace,
}: Pick<ResumeFacts, 'progress' | 'file' | 'workspace'>): string | undefined {
  if (progress === undefined) return 'the progress file can not be read';
  if (progress.workspace !== workspace) return `the progress file is of workspace ${progress.workspace}`;
  if (!isSameFile(progress.file, file)) return 'the file is another one than the progress file knows';
  return progress.offset > file.bytes ? 'the progress file points beyond the end of the file' : undefined;
}
