/** Something that somebody on call should know, and what to do about it. */
export interface Problem {
  /** `bad`: something isn't delivered, or is in danger. `warn`: it is delivered late, or soon may not be. */
  readonly severity: 'bad' | 'warn';
  /** What is, in one sentence. */
  readonly what: string;
  /** What to do, or why there is nothing to do. */
  readonly todo: string;
  /** Where to look next. */
  readonly look?: { readonly label: string; readonly href: string };
  /** Heading in docs/runbook.md. */
  readonly runbook?: string;
}

/** Those that matter most come first; otherwise as they were found. */
export function byImportance(problems: readonly Problem[]): readonly Problem[] {
  return [
    ...problems.filter(({ severity }) => severity === 'bad'),
    ...problems.filter(({ severity }) => severity === 'warn'),
  ];
}
