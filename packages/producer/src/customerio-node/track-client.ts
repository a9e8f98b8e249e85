import {
  type V1Call,
  v1AddDevice,
  v1AddToSegment,
  v1AnonymousEvent,
  v1Delete,
  v1DeleteDevice,
  v1Event,
  v1Identify,
  v1Merge,
  v1Metric,
  v1PushEvent,
  v1RemoveFromSegment,
  v1SubmitForm,
  v1Suppress,
  v1Unsubscribe,
  v1Unsuppress,
} from '@cio-fleet/contracts';
import type { EnqueueResult, FlushResult } from '../enqueue-result.ts';
import type { FlushOptions, OperationInput, Producer } from '../producer-calls.ts';
import { EnqueueRejection, rejectionOf, unsupported } from './enqueue-rejection.ts';
import { type IdentifierType, isIdentifierType } from './identifier-type.ts';
import { Region, RegionUS } from './region.ts';
import { isGiven, requireArgument, requireContent, requireList } from './required-argument.ts';
import { settingsFromEnvironment, warnIgnored } from './settings.ts';
import { sharedProducer } from './shared-producers.ts';
import { type JsonObject, wireData } from './wire-data.ts';

/** Data of a call, as loose as customerio-node takes it. */
export type RequestData = object | undefined;

/** What customerio-node's constructor takes; only `region` is looked at, as there. */
export interface TrackClientOptions {
  readonly region?: Region;
  readonly url?: string;
  readonly [transportOption: string]: unknown;
}

/** The answer of a call: empty once it is durable; `errors` for what a batch held that was refused. */
export type Answer = Record<string, unknown>;

type CustomerId = string | number;

/**
 * customerio-node's TrackClient in front of the queue: the same methods and the same argument errors. A call resolves when
 * its operation is durable in Redis, and rejects with a `code` when it isn't.
 *
 * @see https://github.com/customerio/customerio-node
 */
export class TrackClient {
  readonly siteid: string;
  readonly defaults: TrackClientOptions;
  readonly trackRoot: string;
  readonly trackV2Root: string;
  readonly #producer: Producer;

  /**
   * @param siteid - kept for reading, not used: the workers hold the credentials
   * @param _apikey - not even kept
   * @throws Error when `region` isn't a region, or REDIS_URL or CIO_FLEET_WORKSPACE can't work
   */
  constructor(siteid: string, _apikey: string, defaults: TrackClientOptions = {}) {
    if (defaults.region && !(defaults.region instanceof Region)) {
      throw new Error('region must be one of Regions.US or Regions.EU');
    }
    this.siteid = siteid;
    const region = defaults.region || RegionUS;
    this.defaults = { ...defaults, region };
    this.trackRoot = defaults.url ?? region.trackUrl;
    this.trackV2Root = defaults.url?.replace('/api/v1', '/api/v2') ?? region.trackV2Url;
    this.#producer = sharedProducer(settingsFromEnvironment(process.env));
    warnIgnored();
  }

  /** Creates or updates a person. @throws MissingParamError */
  identify(customerId: CustomerId, data: RequestData = {}): Promise<Answer> {
    requireArgument('customerId', customerId);
    return this.#call(() => v1Identify(customerId, wireData(data)));
  }

  /** Deletes a person. @throws MissingParamError */
  destroy(customerId: CustomerId): Promise<Answer> {
    requireArgument('customerId', customerId);
    return this.#call(() => v1Delete(customerId));
  }

  /** Deletes a person and bars the identifier. @throws MissingParamError */
  suppress(customerId: CustomerId): Promise<Answer> {
    requireArgument('customerId', customerId);
    return this.#call(() => v1Suppress(customerId));
  }

  /** Frees the identifier of a suppressed person. @throws MissingParamError */
  unsuppress(customerId: CustomerId): Promise<Answer> {
    requireArgument('customerId', customerId);
    return this.#call(() => v1Unsuppress(customerId));
  }

  /** Records an event. @throws MissingParamError */
  track(customerId: CustomerId, data: RequestData = {}): Promise<Answer> {
    requireArgument('customerId', customerId);
    requireArgument('data.name', (data as JsonObject).name);
    return this.#call(() => v1Event(customerId, wireData(data)));
  }

  /**
   * Records an event of someone unknown yet; without an anonymous id, of nobody: an invitation to `data.data.recipient`.
   *
   * @throws MissingParamError
   */
  trackAnonymous(anonymousId: CustomerId, data: RequestData = {}): Promise<Answer> {
    requireArgument('data.name', (data as JsonObject).name);
    const known = isGiven(anonymousId) ? { anonymous_id: anonymousId } : {};
    return this.#call(() => v1AnonymousEvent(wireData({ ...data, ...known })));
  }

  /** Records a page view. @throws MissingParamError */
  trackPageView(customerId: CustomerId, path: string): Promise<Answer> {
    requireArgument('customerId', customerId);
    requireArgument('path', path);
    return this.#call(() => v1Event(customerId, wireData({ type: 'page', name: path })));
  }

  /** Reports what became of a push. */
  trackPush(data: RequestData = {}): Promise<Answer> {
    return this.#call(() => v1PushEvent(wireData(data)));
  }

  /** Adds or updates a device. @throws MissingParamError */
  addDevice(customerId: CustomerId, deviceId: string, platform: string, data: object = {}): Promise<Answer> {
    requireArgument('customerId', customerId);
    requireArgument('device_id', deviceId);
    requireArgument('platform', platform);
    return this.#call(() => {
      const { last_used, ...attributes } = (wireData(data) ?? {}) as JsonObject;
      return v1AddDevice(customerId, { device: { id: deviceId, platform, last_used, ...attributesIn(attributes) } });
    });
  }

  /** Removes a device. @throws MissingParamError */
  deleteDevice(customerId: CustomerId, deviceToken: string | number): Promise<Answer> {
    requireArgument('customerId', customerId);
    requireArgument('deviceToken', deviceToken);
    return this.#call(() => v1DeleteDevice(customerId, deviceToken));
  }

  /** Merges the second person into the first. @throws MissingParamError, Error for an unknown type */
  mergeCustomers(
    primaryIdType: IdentifierType,
    primaryId: CustomerId,
    secondaryIdType: IdentifierType,
    secondaryId: CustomerId,
  ): Promise<Answer> {
    requireArgument('primaryId', primaryId);
    requireArgument('secondaryId', secondaryId);
    if (!isIdentifierType(primaryIdType) || !isIdentifierType(secondaryIdType)) {
      throw new Error('primaryIdType and secondaryIdType must be one of "id", "cio_id", or "email"');
    }
    const pair = { primary: { [primaryIdType]: primaryId }, secondary: { [secondaryIdType]: secondaryId } };
    return this.#call(() => v1Merge(wireData(pair)));
  }

  /** Enqueues operations in v2's shape. Those that are refused come back in `errors`, as from Customer.io. @throws MissingParamError */
  batch(operations: readonly object[]): Promise<Answer> {
    requireList('operations', operations);
    return this.#enqueue(() => wireData(operations) as readonly OperationInput[]).then(batchAnswer);
  }

  /** Enqueues one operation in v2's shape. @throws MissingParamError */
  entity(operation: object): Promise<Answer> {
    if (Array.isArray(operation)) requireContent('operation', undefined);
    requireContent('operation', operation);
    return this.#send(() => [wireData(operation) as JsonObject]);
  }

  /** Reports a metric of a delivery, of any channel. @throws MissingParamError */
  reportMetric(data: RequestData = {}): Promise<Answer> {
    requireArgument('data.delivery_id', (data as JsonObject).delivery_id);
    return this.#call(() => v1Metric(wireData(data)));
  }

  /** Can't be queued: it asks a question. */
  getAccountRegion(): Promise<Answer> {
    return Promise.reject(unsupported('getAccountRegion'));
  }

  /** Puts people into a manual segment: an operation for each of them. @throws MissingParamError, Error for an unknown type */
  addCustomersToSegment(
    segmentId: CustomerId,
    customerIds: readonly CustomerId[],
    idType?: IdentifierType,
  ): Promise<Answer> {
    requireSegment(segmentId, customerIds, idType);
    return this.#call(() => v1AddToSegment(segmentId, idType, wireData({ ids: customerIds })));
  }

  /** Takes people out of a manual segment. @throws MissingParamError, Error for an unknown type */
  removeCustomersFromSegment(
    segmentId: CustomerId,
    customerIds: readonly CustomerId[],
    idType?: IdentifierType,
  ): Promise<Answer> {
    requireSegment(segmentId, customerIds, idType);
    return this.#call(() => v1RemoveFromSegment(segmentId, idType, wireData({ ids: customerIds })));
  }

  /** Submits a form for a person. @throws MissingParamError */
  submitForm(formId: CustomerId, data: RequestData = {}): Promise<Answer> {
    requireArgument('formId', formId);
    requireContent('data', data);
    return this.#call(() => v1SubmitForm(formId, wireData({ data })));
  }

  /** Unsubscribes whoever got a delivery; with `false` subscribes them again. @throws MissingParamError */
  unsubscribe(deliveryId: CustomerId, unsubscribe = true): Promise<Answer> {
    requireArgument('deliveryId', deliveryId);
    return this.#call(() => v1Unsubscribe(deliveryId, wireData({ unsubscribe })));
  }

  /** Not in customerio-node: waits until everything called before is durable. */
  flush(options?: FlushOptions): Promise<FlushResult> {
    return this.#producer.flush(options);
  }

  /** Not in customerio-node: flushes and closes the connection that all clients of this Redis and workspace share. */
  close(options?: FlushOptions): Promise<FlushResult> {
    return this.#producer.close(options);
  }

  /** Enqueues what a call of v1 means. */
  #call(call: () => V1Call): Promise<Answer> {
    return this.#send(() => {
      const meant = call();
      if (meant.ok) return meant.operations;
      throw new EnqueueRejection(meant.refusal.code, meant.refusal.message);
    });
  }

  /** Enqueues what a call is made of; all of it must be durable. */
  async #send(operations: () => readonly JsonObject[]): Promise<Answer> {
    const results = await this.#enqueue(operations);
    const failed = results.find((result) => !result.ok);
    if (failed !== undefined) throw rejectionOf(failed);
    return {};
  }

  async #enqueue(operations: () => readonly JsonObject[]): Promise<readonly EnqueueResult[]> {
    let inputs: readonly OperationInput[];
    try {
      inputs = operations() as readonly OperationInput[];
    } catch (cause) {
      if (cause instanceof EnqueueRejection) throw cause;
      const message = 'expected data that JSON can carry, turning it into JSON threw; pass plain data';
      throw new EnqueueRejection('OPERATION_UNREADABLE', message, { cause });
    }
    return this.#producer.enqueueMany(inputs);
  }
}

/** @throws MissingParamError, Error for an unknown type */
function requireSegment(segmentId: unknown, customerIds: unknown, idType: unknown): void {
  requireArgument('segmentId', segmentId);
  requireList('customerIds', customerIds);
  if (idType != null && !isIdentifierType(idType)) throw new Error('idType must be one of "id", "cio_id", or "email"');
}

function attributesIn(attributes: JsonObject): { readonly attributes?: JsonObject } {
  return Object.keys(attributes).length > 0 ? { attributes } : {};
}

/** Refused operations are listed as Customer.io lists them; what isn't durable for another reason rejects the call. */
function batchAnswer(results: readonly EnqueueResult[]): Answer {
  const errors: object[] = [];
  for (const [index, result] of results.entries()) {
    if (result.ok) continue;
    const { refusal } = result.error;
    if (refusal === undefined) throw rejectionOf(result);
    errors.push({ batch_index: index, reason: 'invalid', field: refusal.path, message: refusal.message });
  }
  return errors.length > 0 ? { errors } : {};
}
