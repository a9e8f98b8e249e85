import type { DeviceInput, ObjectInput, PersonInput, TimestampInput } from '@cio-fleet/contracts';
import type { EnqueueResult, FlushResult } from './enqueue-result.ts';
import type { AnyEvents, EventArguments, EventMap, EventName } from './event-map.ts';
import type { SpoolState } from './spool/spool-state.ts';

/** What any call may carry besides its operation. */
export interface CallOptions {
  /** When it happened: a `Date`, ISO 8601 text or unix seconds. @defaultValue the time of acceptance */
  readonly timestamp?: TimestampInput;
  /**
   * Repeats of a call on the same person with the same key settle as deduplicated within its window. `content` asks for a key
   * derived from the operation itself, without its time.
   */
  readonly idempotencyKey?: string;
  /** How long repeats of the key are recognised, in ms: 1 s to 24 h. @defaultValue 300000 (5 minutes) */
  readonly idempotencyWindowMs?: number;
  readonly sessionId?: string;
  /** The service that sends it. @defaultValue the producer's `source` */
  readonly source?: string;
  /**
   * What finds the trace that the call is part of: a W3C traceparent, or an id of your own. Deliveries are linked to a traceparent.
   * @defaultValue what the producer's `traceContext` says
   */
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
 * The write path of cio-fleet. Calls never throw and never reject; `ok: true` means durable: in Redis, or, with a `spoolDir`,
 * synced to disk.
 *
 * @see docs/producer.md
 */
export interface Producer<Events extends EventMap = AnyEvents> {
  /** Creates or updates a person. */
  identify(person: PersonInput, attributes?: object, options?: CallOptions): Promise<EnqueueResult>;
  /** Records an event of a person. */
  track<Name extends EventName<Events>>(
    person: PersonInput,
    name: Name,
    ...rest: EventArguments<Events[Name], CallOptions>
  ): Promise<EnqueueResult>;
  /** Records a page view; `url` is its name. */
  page(person: PersonInput, url: string, data?: object, options?: CallOptions): Promise<EnqueueResult>;
  /** Records a view of an app's screen. */
  screen(person: PersonInput, name: string, data?: object, options?: CallOptions): Promise<EnqueueResult>;
  /** Records an event of someone who isn't known yet. */
  trackAnonymous<Name extends EventName<Events>>(
    anonymousId: string | number,
    name: Name,
    ...rest: EventArguments<Events[Name], CallOptions>
  ): Promise<EnqueueResult>;
  /** Deletes a person and bars their identifiers. What was accepted for them earlier is not sent any more. */
  suppress(person: PersonInput, options?: CallOptions): Promise<EnqueueResult>;
  /** Frees the identifiers of a suppressed person. */
  unsuppress(person: PersonInput, options?: CallOptions): Promise<EnqueueResult>;
  /** Deletes a person. What was accepted for them earlier is not sent any more. */
  delete(person: PersonInput, options?: CallOptions): Promise<EnqueueResult>;
  /** Merges the second person into the first, and deletes the second. */
  merge(primary: PersonInput, secondary: PersonInput, options?: CallOptions): Promise<EnqueueResult>;
  addDevice(person: PersonInput, device: DeviceInput, options?: CallOptions): Promise<EnqueueResult>;
  deleteDevice(person: PersonInput, token: string, options?: CallOptions): Promise<EnqueueResult>;
  /** Relates a person to an object. */
  relate(person: PersonInput, object: ObjectInput, attributes?: object, options?: CallOptions): Promise<EnqueueResult>;
  unrelate(person: PersonInput, object: ObjectInput, options?: CallOptions): Promise<EnqueueResult>;
  /** Creates or updates an object. */
  identifyObject(object: ObjectInput, attributes?: object, options?: CallOptions): Promise<EnqueueResult>;
  deleteObject(object: ObjectInput, options?: CallOptions): Promise<EnqueueResult>;
  /** Many operations at once, in Customer.io's v2 shape. The results come in the order of the operations. */
  enqueueMany(operations: readonly OperationInput[]): Promise<readonly EnqueueResult[]>;
  /** What the spool holds just now, for metrics and health checks; undefined without a `spoolDir`. Costs no I/O. */
  spoolState(): SpoolState | undefined;
  /** Waits until everything called before is durable. */
  flush(options?: FlushOptions): Promise<FlushResult>;
  /** Flushes, then closes; later calls answer `CLOSED`. What is still pending is lost, and `onError` hears of each. */
  close(options?: FlushOptions): Promise<FlushResult>;
}
