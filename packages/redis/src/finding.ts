/** How bad a finding is; `skip` is a check that could not be made. */
export type Level = 'ok' | 'warn' | 'fail' | 'skip';

/** What one check found. */
export interface Finding {
  /** What was checked, e.g. `eviction policy`. */
  readonly check: string;
  readonly level: Level;
  /** What came. */
  readonly found: string;
  /** What to do; absent when all is well. */
  readonly remedy?: string;
}

export function ok(check: string, found: string): Finding {
  return { check, level: 'ok', found };
}

export function warn(check: string, found: string, remedy: string): Finding {
  return { check, level: 'warn', found, remedy };
}

export function fail(check: string, found: string, remedy: string): Finding {
  return { check, level: 'fail', found, remedy };
}

export function skip(check: string, found: string, remedy: string): Finding {
  return { check, level: 'skip', found, remedy };
}

/** A finding as one line. */
export function findingLine({ check, found, remedy }: Finding): string {
  return `Redis: ${check}: ${found}${remedy === undefined ? '' : `; ${remedy}`}`;
}
