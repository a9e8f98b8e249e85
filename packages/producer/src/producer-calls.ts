import type { EnqueueResult, FlushResult } from './enqueue-result.ts';
import type { AnyEvents, EventArguments, EventMap, EventName } from './event-map.ts';

/** A person: text or a number is always their `id`; else exactly one identifier. */
export type Person =
  | string
  | number
  | { readonly id: string | number }
  | { readonly email: string }
  | { readonly phone: string }
  | { readonly cio_id: string };

/** An object of Customer.io: the id of its type, and its own. */
export interface ObjectIdentity {
  readonly typeId: string | number;
  readonly id: string | number;
}

/** A person's device. */
export interface DeviceInput {
  readonly token: string;
  readonly platform: 'ios' | 'android';
  readonly lastUsed?: Date | string | number;
  readonly attributes?: object;
}

/** What any call may carry besides its operation. */
export interface CallOptions {
  /** When it happened: a `Date`, ISO 8601 text or unix seconds. @defaultValue the time of acceptance */
  readonly timestamp?: Date | string | number;
  /** Repeats of a call with the same key settle as deduplicated within its window. */
  readonly idempotencyKey?: string;
  readonly sessionId?: string;
  /** The service that sends it. @defaultValue the producer's `source` */
  readonly source?: string;
  readonly traceId?: string;
}

/** One of `enqueueMany`: an operation as Customer.io's v2 API reads it, with call options beside its fields. */
export type OperationInput = Readonly<Record<string, unknown>> & Omit<CallOptions, 'timestamp'>;

/** How long `flush` and `close` wait. */
export interface FlushOptions {
  /** In ms. @defaultValue 10000 */
  readonly timeoutMs?: number;
}

/**
 * The write path of cio-fleet. Calls never throw and never reject; `ok: true` means durable in Redis.
 *
 * @see docs/producer.md
 */
export interface Producer<Events extends EventMap = AnyEvents> {
  /** Creates or updates a person. */
  identify(person: Person, attributes?: object, options?: CallOptions): Promise<EnqueueResult>;
  /** Records an event of a person. */
  track<Name extends EventName<Events>>(
    person: Person,
    name: Name,
    ...rest: EventArguments<Events[Name], CallOptions>
  ): Promise<EnqueueResult>;
  /** Records a page view; `url` is its name. */
  page(person: Person, url: string, data?: object, options?: CallOptions): Promise<EnqueueResult>;
  /** Records a view of an app's screen. */
  screen(person: Person, name: string, data?: object, options?: CallOptions): Promise<EnqueueResult>;
  /** Records an event of someone who isn't known yet. */
  trackAnonymous<Name extends EventName<Events>>(
    anonymousId: string | number,
    name: Name,
    ...rest: EventArguments<Events[Name], CallOptions>
  ): Promise<EnqueueResult>;
  /** Deletes a person and bars their identifiers. What was accepted for them earlier is not sent any more. */
  suppress(person: Person, options?: CallOptions): Promise<EnqueueResult>;
  /** Frees the identifiers of a suppressed person. */
  unsuppress(person: Person, options?: CallOptions): Promise<EnqueueResult>;
  /** Deletes a person. What was accepted for them earlier is not sent any more. */
  delete(person: Person, options?: CallOptions): Promise<EnqueueResult>;
  /** Merges the second person into the first, and deletes the second. */
  merge(primary: Person, secondary: Person, options?: CallOptions): Promise<EnqueueResult>;
  addDevice(person: Person, device: DeviceInput, options?: CallOptions): Promise<EnqueueResult>;
  deleteDevice(person: Person, token: string, options?: CallOptions): Promise<EnqueueResult>;
  /** Relates a person to an object. */
  relate(person: Person, object: ObjectIdentity, attributes?: object, options?: CallOptions): Promise<EnqueueResult>;
  unrelate(person: Person, object: ObjectIdentity, options?: CallOptions): Promise<EnqueueResult>;
  /** Creates or updates an object. */
  identifyObject(object: ObjectIdentity, attributes?: object, options?: CallOptions): Promise<EnqueueResult>;
  deleteObject(object: ObjectIdentity, options?: CallOptions): Promise<EnqueueResult>;
  /** Many operations at once, in Customer.io's v2 shape. The results come in the order of the operations. */
  enqueueMany(operations: readonly OperationInput[]): Promise<readonly EnqueueResult[]>;
  /** Waits until everything called before is durable. */
  flush(options?: FlushOptions): Promise<FlushResult>;
  /** Flushes, then closes; later calls answer `CLOSED`. What is still pending is lost, and `onError` hears of each. */
  close(options?: FlushOptions): Promise<FlushResult>;
}
