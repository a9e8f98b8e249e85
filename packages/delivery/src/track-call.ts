import type { Operation, SegmentOperation } from '@cio-fleet/contracts';
import { IdentifierType, type TrackClient } from 'customerio-node';

/** The call of Customer.io's own client that carries `operations`, which are of one route. */
export async function trackCall(client: TrackClient, operations: readonly Operation[]): Promise<unknown> {
  const [first] = operations;
  switch (first?.type) {
    case 'form':
      return client.submitForm(first.identifiers.form_id, first.data);
    case 'segment':
      return changeSegment(client, first, operations);
    case 'invite': {
      const { action: type, id, name, timestamp, attributes } = first;
      // Without an anonymous id it is an event of nobody.
      return client.trackAnonymous('', { type, id, name, timestamp, data: attributes });
    }
    case 'delivery':
      if (first.action === 'event') break;
      if (first.action !== 'metric') return client.unsubscribe(first.identifiers.id, first.action === 'unsubscribe');
      // Its types know no recipient of an SMS, which is a number.
      return client.reportMetric(metricOf(first) as Parameters<TrackClient['reportMetric']>[0]);
  }
  return client.batch([...operations]);
}

function changeSegment(
  client: TrackClient,
  { action, identifiers, person }: SegmentOperation,
  operations: readonly Operation[],
): Promise<unknown> {
  const { Id, Email, CioId } = IdentifierType;
  const idType = 'id' in person ? Id : 'email' in person ? Email : CioId;
  const ids = operations.flatMap((operation) => (operation.type === 'segment' ? Object.values(operation.person) : []));
  return action === 'add_person'
    ? client.addCustomersToSegment(identifiers.segment_id, ids, idType)
    : client.removeCustomersFromSegment(identifiers.segment_id, ids, idType);
}

type MetricOperation = Extract<Operation, { type: 'delivery'; action: 'metric' }>;

function metricOf({ type, action, identifiers, name: metric, ...facts }: MetricOperation) {
  return { delivery_id: identifiers.id, metric, ...facts };
}
