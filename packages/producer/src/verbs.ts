import {
  type AttributesInput,
  addDevice,
  deleteDevice,
  deleteObject,
  deletePerson,
  identify,
  identifyObject,
  merge,
  page,
  relate,
  screen,
  suppress,
  track,
  trackAnonymous,
  unrelate,
  unsuppress,
} from '@cio-fleet/contracts';
import type { PreparedOperation } from './buffered-operation.ts';
import type { CallDefaults } from './call-labels.ts';
import { type EnqueueResult, failure } from './enqueue-result.ts';
import type { AnyEvents } from './event-map.ts';
import type { FailureReport } from './failure-report.ts';
import { type Preparation, prepareOperation } from './prepare-operation.ts';
import type { CallOptions, Producer } from './producer-calls.ts';

/** Where prepared operations go: Redis, or a test's memory. */
export interface OperationSink {
  /** `settle` must be called once, now or later. */
  enqueue(prepared: PreparedOperation, settle: (result: EnqueueResult) => void): void;
}

/** What the verbs need besides the caller's arguments. */
export interface VerbsContext {
  readonly sink: OperationSink;
  readonly report: FailureReport;
  readonly defaults: CallDefaults;
}

/** All calls that enqueue. They are bound: a host may pass them around. */
export type Verbs = Omit<Producer<AnyEvents>, 'spoolState' | 'flush' | 'close'>;

/** Makes the calls: arguments to operation, operation to sink, whatever happens to a result. */
export function createVerbs(context: VerbsContext): Verbs {
  const send = (operation: () => unknown, options?: CallOptions): Promise<EnqueueResult> =>
    new Promise((resolve) => submit(context, operation, options, resolve));
  return {
    identify: (person, attributes, options) => send(() => identify(person, named(attributes), options), options),
    track: (person, name, data?: object, options?: CallOptions) =>
      send(() => track(person, name, named(data), options), options),
    page: (person, url, data, options) => send(() => page(person, url, named(data), options), options),
    screen: (person, name, data, options) => send(() => screen(person, name, named(data), options), options),
    trackAnonymous: (anonymousId, name, data?: object, options?: CallOptions) =>
      send(() => trackAnonymous(anonymousId, name, named(data), options), options),
    suppress: (person, options) => send(() => suppress(person), options),
    unsuppress: (person, options) => send(() => unsuppress(person), options),
    delete: (person, options) => send(() => deletePerson(person), options),
    merge: (primary, secondary, options) => send(() => merge(primary, secondary), options),
    addDevice: (person, device, options) => send(() => addDevice(person, device), options),
    deleteDevice: (person, token, options) => send(() => deleteDevice(person, token), options),
    relate: (person, object, attributes, options) => send(() => relate(person, object, named(attributes)), options),
    unrelate: (person, object, options) => send(() => unrelate(person, object), options),
    identifyObject: (object, attributes, options) => send(() => identifyObject(object, named(attributes)), options),
    deleteObject: (object, options) => send(() => deleteObject(object), options),
    enqueueMany: (operations) => submitMany(context, operations),
  };
}

/** Callers' interfaces have no index signature; what is in them is checked at run time. */
function named(data: object | undefined): AttributesInput | undefined {
  return data as AttributesInput | undefined;
}

function submit(
  { sink, report, defaults }: VerbsContext,
  operation: () => unknown,
  options: CallOptions | undefined,
  resolve: (result: EnqueueResult) => void,
): void {
  const settle = (result: EnqueueResult) => {
    if (!result.ok) report.failed(result);
    resolve(result);
  };
  let preparation: Preparation;
  try {
    preparation = prepareOperation(operation(), options, defaults);
  } catch {
    // Only a getter or a proxy in the arguments can throw here.
    preparation = { ok: false, result: failure('OPERATION_UNREADABLE') };
  }
  if (preparation.ok) sink.enqueue(preparation.prepared, settle);
  else settle(preparation.result);
}

function submitMany(context: VerbsContext, operations: unknown): Promise<readonly EnqueueResult[]> {
  return new Promise((resolve) => {
    const inputs = readList(operations);
    const results: EnqueueResult[] = new Array(inputs.length);
    let open = inputs.length;
    if (open === 0) resolve([]);
    inputs.forEach((input, index) => {
      const settle = (result: EnqueueResult) => {
        results[index] = result;
        open -= 1;
        if (open === 0) resolve(results);
      };
      const parts = splitInput(input);
      submit(context, () => parts.operation, parts.options, settle);
    });
  });
}

/** What isn't a list is one operation, which is then refused with a reason. */
function readList(operations: unknown): readonly unknown[] {
  try {
    return Array.isArray(operations) ? Array.from(operations) : [operations];
  } catch {
    return [undefined];
  }
}

/** Call options lie beside the operation's own fields. */
function splitInput(input: unknown): { readonly operation: unknown; readonly options: CallOptions | undefined } {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return { operation: input, options: undefined };
  try {
    const { idempotencyKey, idempotencyWindowMs, sessionId, source, traceId, ...operation } = input as Record<
      string,
      unknown
    >;
    return { operation, options: { idempotencyKey, idempotencyWindowMs, sessionId, source, traceId } as CallOptions };
  } catch {
    // The same getter throws again where the operation is prepared, and is answered there.
    return { operation: input, options: undefined };
  }
}
