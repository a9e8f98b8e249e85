import { describe, expect, it } from 'vitest';
import { type ReportingWebhook, readReportingWebhook } from './webhook-event.ts';
import { WEBHOOK_METRICS } from './webhook-metrics.ts';

const BODY = {
  event_id: '01E4C4CT6YDC7Y5M7FE1GWWPQJ',
  object_type: 'email',
  metric: 'sent',
  timestamp: 1613063089,
  data: {
    customer_id: '42',
    identifiers: { id: '42', email: 'a@b.c', cio_id: 'd9c106000001' },
    delivery_id: 'RPIL',
    action_id: 42,
    campaign_id: 9,
    recipient: 'a@b.c',
  },
};

/** The metrics of the documentation, in words of its own: the table of the code is compared with it. */
const DOCUMENTED = {
  customer: 'subscribed unsubscribed cio_subscription_preferences_changed',
  email:
    'drafted attempted sent delivered opened clicked converted bounced dropped spammed failed undeliverable unsubscribed',
  push: 'attempted sent delivered opened clicked converted bounced dropped failed undeliverable',
  in_app: 'drafted attempted sent opened clicked converted failed undeliverable',
  sms: 'attempted sent delivered clicked converted bounced replied failed undeliverable',
  whatsapp: 'attempted sent delivered clicked converted bounced replied failed undeliverable opened dropped',
  slack: 'drafted attempted sent clicked failed undeliverable',
  webhook: 'drafted attempted sent clicked failed undeliverable',
};

const ROWS = Object.entries(DOCUMENTED).flatMap(([object_type, metrics]) =>
  metrics.split(' ').map((metric) => [object_type, metric] as const),
);

describe('a reporting webhook', () => {
  it.each(ROWS)('of %s %s is a typed event', (object_type, metric) => {
    const body = { ...BODY, object_type, metric };
    expect(readReportingWebhook(body)).toEqual({ kind: 'event', event: body });
  });

  it('has the documented metrics and no others', () => {
    const listed = Object.entries(WEBHOOK_METRICS).flatMap(([type, metrics]) =>
      metrics.map((name) => `${type} ${name}`),
    );
    expect(listed.toSorted()).toEqual(ROWS.map((row) => row.join(' ')).toSorted());
  });

  it.each(['email', 'push', 'in_app', 'sms', 'whatsapp', 'slack', 'webhook'])(
    'about subscriptions may name %s, the channel by which the person did it',
    (object_type) => {
      for (const metric of WEBHOOK_METRICS.customer) {
        expect(readReportingWebhook({ ...BODY, object_type, metric }).kind).toBe('event');
      }
    },
  );

  it.each([
    ['email', 'teleported'],
    ['carrier_pigeon', 'sent'],
    ['constructor', 'name'],
    ['slack', 'bounced'],
  ])('of %s %s, which is not documented, passes as unlisted', (object_type, metric) => {
    expect(readReportingWebhook({ ...BODY, object_type, metric }).kind).toBe('unlisted');
  });

  it('narrows by object_type and metric', () => {
    const read = readReportingWebhook({ ...BODY, metric: 'clicked', data: { href: 'https://shop.example/' } });
    expect(read.kind === 'event' && linkOf(read.event)).toBe('https://shop.example/');
  });

  it.each([
    [undefined, 'the body: expected an object, got undefined'],
    [[BODY], 'the body: expected an object, got an array'],
    [{ ...BODY, event_id: undefined }, 'event_id: expected text of 1 to 200 characters, got undefined'],
    [{ ...BODY, event_id: 'x'.repeat(201) }, 'event_id: expected text of 1 to 200 characters, got string'],
    [{ ...BODY, object_type: null }, 'object_type: expected text of 1 to 200 characters, got null'],
    [{ ...BODY, metric: 7 }, 'metric: expected text of 1 to 200 characters, got number'],
    [{ ...BODY, timestamp: '1613063089' }, 'timestamp: expected unix seconds, got string'],
    [{ ...BODY, data: [] }, 'data: expected an object, got an array'],
  ])('that has not the form is unreadable, and says why (%#)', (body, problem) => {
    expect(readReportingWebhook(body)).toEqual({ kind: 'unreadable', problem });
  });
});

function linkOf(event: ReportingWebhook): string | undefined {
  return event.object_type === 'email' && event.metric === 'clicked' ? event.data.href : undefined;
}
