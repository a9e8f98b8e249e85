import { personLaneKey, type UnlistedWebhook } from '@cio-fleet/contracts';
import type { JournalRow } from '@cio-fleet/journal';

/** Beyond these a webhook's own time is not believed, in ms: Customer.io repeats for 7 days. */
const MAX_AGE_MS = 8 * 24 * 3600 * 1000;
const MAX_AHEAD_MS = 3600 * 1000;

/** The row of the journal for a reporting webhook: what became of a message, under the person that it went to. */
export function webhookRow(workspace: string, event: UnlistedWebhook, receivedAtMs: number): JournalRow {
  const { event_id, object_type, metric, data } = event;
  const saidMs = event.timestamp * 1000;
  const isBelieved = saidMs >= receivedAtMs - MAX_AGE_MS && saidMs <= receivedAtMs + MAX_AHEAD_MS;
  const [person, ...aliases] = laneKeysOf(data.identifiers);
  return {
    time: isBelieved ? saidMs : receivedAtMs,
    acceptedAt: receivedAtMs,
    workspace,
    operationId: event_id,
    outcome: 'webhook',
    action: metric,
    name: object_type,
    payload: JSON.stringify(event),
    ...(person !== undefined && { person }),
    ...(aliases.length > 0 && { aliases }),
    ...(typeof data.delivery_id === 'string' && { key: 'delivery_id', value: data.delivery_id }),
    ...(typeof data.failure_message === 'string' && { reason: data.failure_message }),
  };
}

/** Signed, but from outside all the same: each identifier is looked at before it becomes a key. */
function laneKeysOf(identifiers: unknown): readonly string[] {
  if (typeof identifiers !== 'object' || identifiers === null) return [];
  const { id, email, cio_id } = identifiers as Readonly<Record<string, unknown>>;
  return [
    ...(isText(id) ? [personLaneKey({ id })] : []),
    ...(isText(email) ? [personLaneKey({ email })] : []),
    ...(isText(cio_id) ? [personLaneKey({ cio_id })] : []),
  ];
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
