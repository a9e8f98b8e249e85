import type { JsonObject } from './json.ts';

/**
 * One operation in the shape of Customer.io's v2 API. Calls of the v1 API are turned into it, so that there is one
 * validation and one state. Fields are `unknown` until `validateOperation` has seen them.
 *
 * `form` and `segment` operations, and the delivery actions `metric` and `unsubscribe`, exist only in the v1 API.
 */
export interface Operation {
  readonly type: string;
  readonly action: string;
  readonly identifiers?: JsonObject;
  readonly primary?: JsonObject;
  readonly secondary?: JsonObject;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly timestamp?: unknown;
  readonly attributes?: JsonObject;
  readonly device?: JsonObject;
  readonly cio_relationships?: unknown;
  readonly ids?: readonly unknown[];
}

/** The name by which fault knobs and read-outs know an operation: its event name, or its action where it has none. */
export const nameOf = (operation: Operation): string =>
  typeof operation.name === 'string' ? operation.name : operation.action;
