import type { RefusalCode } from './refusal-codes.ts';

/** Why an input was refused: stable code, the path of the bad field, what was expected, what came. */
export interface Refusal {
  /** Stable; `REFUSAL_CODES` says what each means and what to do. */
  readonly code: RefusalCode;
  /** Path of the bad field, e.g. `attributes.plan`. Empty for the operation itself. */
  readonly path: string;
  /** What was expected. */
  readonly expected: string;
  /** What came: its type and size, never the value itself, so it is safe to log. */
  readonly received: string;
  /** One line with all of it, and what to do. */
  readonly message: string;
}
