import type { Call, Reading } from './call.ts';
import {
  addCustomerDevice,
  deleteCustomer,
  deleteCustomerDevice,
  identifyCustomer,
  mergeCustomers,
  suppressCustomer,
  unsuppressCustomer,
} from './customers.ts';
import { anonymousEvent, customerEvent } from './events.ts';
import { submitForm } from './forms.ts';
import { reportMetric, reportPushEvent, unsubscribe } from './metrics.ts';
import { addToSegment, removeFromSegment } from './segments.ts';

/** An endpoint of the v1 API that takes an operation. */
export interface Route {
  readonly method: string;
  readonly read: (call: Call) => Reading;
  /** @defaultValue false */
  readonly isOpen?: boolean;
  /** Answered with 204 instead of 200. @defaultValue false */
  readonly hasNoContent?: boolean;
  readonly parts: readonly string[];
}

const route = (line: string, read: Route['read'], options: Pick<Route, 'isOpen' | 'hasNoContent'> = {}): Route => {
  const [method = '', path = ''] = line.split(' ');
  return { method, read, parts: path.split('/'), ...options };
};

/** Every v1 endpoint but `accounts/region`; `*` is a variable part. */
export const ROUTES: readonly Route[] = [
  route('PUT /api/v1/customers/*', identifyCustomer),
  route('POST /api/v1/customers/*/events', customerEvent),
  route('POST /api/v1/events', anonymousEvent),
  route('DELETE /api/v1/customers/*', deleteCustomer),
  route('PUT /api/v1/customers/*/devices', addCustomerDevice),
  route('DELETE /api/v1/customers/*/devices/*', deleteCustomerDevice),
  route('POST /api/v1/customers/*/suppress', suppressCustomer),
  route('POST /api/v1/customers/*/unsuppress', unsuppressCustomer),
  route('POST /api/v1/merge_customers', mergeCustomers),
  route('POST /api/v1/forms/*/submit', submitForm, { hasNoContent: true }),
  route('POST /api/v1/metrics', reportMetric, { isOpen: true }),
  route('POST /api/v1/push/events', reportPushEvent, { isOpen: true }),
  route('POST /api/v1/segments/*/add_customers', addToSegment),
  route('POST /api/v1/segments/*/remove_customers', removeFromSegment),
  route('POST /unsubscribe/*', unsubscribe, { isOpen: true }),
];

/** The routes whose path this is, whatever the method. */
export function routesAt(path: string): readonly Route[] {
  const parts = path.split('/');
  return ROUTES.filter(
    (candidate) =>
      candidate.parts.length === parts.length &&
      candidate.parts.every((part, index) => part === '*' || part === parts[index]),
  );
}

/** The variable parts of a path, decoded; undefined when the percent-encoding is broken. */
export function parametersOf({ parts }: Route, path: string): readonly string[] | undefined {
  try {
    return path.split('/').flatMap((part, index) => (parts[index] === '*' ? [decodeURIComponent(part)] : []));
  } catch {
    // decodeURIComponent throws on `%` without two hex digits, and on bytes that are no UTF-8.
    return undefined;
  }
}
