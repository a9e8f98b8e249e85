import type { JsonObject } from '../../json.ts';
import type { Operation } from '../../operation.ts';
import type { Problem } from '../../problem.ts';

/** A v1 call: what stands in its path, query and body. */
export interface Call {
  /** Decoded values of the variable parts of the path. */
  readonly parameters: readonly string[];
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  /** `{}` where there was no body. */
  readonly body: JsonObject;
  readonly bodyBytes: number;
}

/** A call as an operation, or why it can't be one. */
export type Reading =
  | { readonly ok: true; readonly operation: Operation }
  | { readonly ok: false; readonly problem: Problem };

/** The operation, unless there is a problem with it. */
export const reading = (operation: Operation, problem: Problem | undefined): Reading =>
  problem === undefined ? { ok: true, operation } : { ok: false, problem };

/** A call that is refused. */
export const refusedReading = (problem: Problem): Reading => ({ ok: false, problem });
