/**
 * What each kind of message reports, as Customer.io documents it.
 *
 * @see https://docs.customer.io/integrations/api/webhooks/
 */
export const WEBHOOK_METRICS = {
  customer: ['subscribed', 'unsubscribed', 'cio_subscription_preferences_changed'],
  email: [
    'drafted',
    'attempted',
    'sent',
    'delivered',
    'opened',
    'clicked',
    'converted',
    'bounced',
    'dropped',
    'spammed',
    'failed',
    'undeliverable',
    'unsubscribed',
  ],
  push: [
    'attempted',
    'sent',
    'delivered',
    'opened',
    'clicked',
    'converted',
    'bounced',
    'dropped',
    'failed',
    'undeliverable',
  ],
  in_app: ['drafted', 'attempted', 'sent', 'opened', 'clicked', 'converted', 'failed', 'undeliverable'],
  sms: ['attempted', 'sent', 'delivered', 'clicked', 'converted', 'bounced', 'replied', 'failed', 'undeliverable'],
  whatsapp: [
    'attempted',
    'sent',
    'delivered',
    'opened',
    'clicked',
    'converted',
    'bounced',
    'dropped',
    'replied',
    'failed',
    'undeliverable',
  ],
  slack: ['drafted', 'attempted', 'sent', 'clicked', 'failed', 'undeliverable'],
  webhook: ['drafted', 'attempted', 'sent', 'clicked', 'failed', 'undeliverable'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The kinds of `object_type`. */
export type WebhookObjectType = keyof typeof WEBHOOK_METRICS;

/** What a person did to their subscriptions. Its `object_type` is `customer`, or the channel by which they did it. */
export type SubscriptionMetric = (typeof WEBHOOK_METRICS)['customer'][number];

/** The metrics of one kind of message, those of subscriptions included. */
export type WebhookMetric<ObjectType extends WebhookObjectType = WebhookObjectType> =
  | (typeof WEBHOOK_METRICS)[ObjectType][number]
  | SubscriptionMetric;

/** Whether Customer.io documents this metric for this kind of message. */
export function isListedMetric(objectType: string, metric: string): boolean {
  if (!Object.hasOwn(WEBHOOK_METRICS, objectType)) return false;
  const metrics: readonly string[] = WEBHOOK_METRICS[objectType as WebhookObjectType];
  const subscriptions: readonly string[] = WEBHOOK_METRICS.customer;
  return metrics.includes(metric) || subscriptions.includes(metric);
}
