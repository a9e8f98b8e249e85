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

/** What stands in a v1 request. */
export interface V1Request {
  /** The variable parts of the path, decoded. */
  readonly parameters: readonly [string, string];
  readonly query: URLSearchParams;
  /** Undefined where there was no body. */
  readonly body: unknown;
}

/** An endpoint of v1 that takes operations. */
export interface V1Endpoint {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  /** `*` is a variable part. */
  readonly path: string;
  readonly read: (request: V1Request) => V1Call;
  /** Customer.io asks for no credentials: what reports to it is a device or a mail server. @defaultValue false */
  readonly isOpen?: boolean;
  /** Answered with 204 instead of 200. @defaultValue false */
  readonly hasNoContent?: boolean;
}

/**
 * Every endpoint of v1 but `accounts/region`.
 *
 * @see https://docs.customer.io/integrations/api/track/
 */
export const V1_ENDPOINTS: readonly V1Endpoint[] = [
  { method: 'PUT', path: '/api/v1/customers/*', read: ({ parameters: [id], body }) => v1Identify(id, body) },
  { method: 'DELETE', path: '/api/v1/customers/*', read: ({ parameters: [id] }) => v1Delete(id) },
  { method: 'POST', path: '/api/v1/customers/*/events', read: ({ parameters: [id], body }) => v1Event(id, body) },
  { method: 'POST', path: '/api/v1/events', read: ({ body }) => v1AnonymousEvent(body) },
  { method: 'PUT', path: '/api/v1/customers/*/devices', read: ({ parameters: [id], body }) => v1AddDevice(id, body) },
  {
    method: 'DELETE',
    path: '/api/v1/customers/*/devices/*',
    read: ({ parameters: [id, token] }) => v1DeleteDevice(id, token),
  },
  { method: 'POST', path: '/api/v1/customers/*/suppress', read: ({ parameters: [id] }) => v1Suppress(id) },
  { method: 'POST', path: '/api/v1/customers/*/unsuppress', read: ({ parameters: [id] }) => v1Unsuppress(id) },
  { method: 'POST', path: '/api/v1/merge_customers', read: ({ body }) => v1Merge(body) },
  {
    method: 'POST',
    path: '/api/v1/forms/*/submit',
    read: ({ parameters: [formId], body }) => v1SubmitForm(formId, body),
    hasNoContent: true,
  },
  {
    method: 'POST',
    path: '/api/v1/segments/*/add_customers',
    read: ({ parameters: [segmentId], query, body }) => v1AddToSegment(segmentId, idType(query), body),
  },
  {
    method: 'POST',
    path: '/api/v1/segments/*/remove_customers',
    read: ({ parameters: [segmentId], query, body }) => v1RemoveFromSegment(segmentId, idType(query), body),
  },
  { method: 'POST', path: '/api/v1/metrics', read: ({ body }) => v1Metric(body), isOpen: true },
  { method: 'POST', path: '/api/v1/push/events', read: ({ body }) => v1PushEvent(body), isOpen: true },
  // Customer.io's SDK for Ruby posts them here.
  { method: 'POST', path: '/push/events', read: ({ body }) => v1PushEvent(body), isOpen: true },
  {
    method: 'POST',
    path: '/unsubscribe/*',
    read: ({ parameters: [deliveryId], body }) => v1Unsubscribe(deliveryId, body),
    isOpen: true,
  },
];

const idType = (query: URLSearchParams): string | undefined => query.get('id_type') ?? undefined;
