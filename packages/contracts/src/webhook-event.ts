import { isListedMetric, type WebhookMetric, type WebhookObjectType } from './webhook-metrics.ts';

/** Who got the message, or changed their subscriptions. */
export interface WebhookIdentifiers {
  readonly id?: string | null;
  readonly email?: string | null;
  readonly cio_id?: string | null;
}

/** One device that a push went to. */
export interface WebhookPushRecipient {
  readonly device_id: string;
  readonly device_platform?: string;
  readonly failure_message?: string;
}

/** What a reporting webhook may say. Which fields it has depends on the metric and on what sent the message. */
export interface WebhookData {
  /** @deprecated by Customer.io; see `identifiers` */
  readonly customer_id?: string | null;
  readonly identifiers?: WebhookIdentifiers;
  /** The message, as Customer.io knows it. */
  readonly delivery_id?: string;
  readonly action_id?: number;
  readonly parent_action_id?: number;
  readonly campaign_id?: number;
  readonly broadcast_id?: number;
  readonly newsletter_id?: number;
  readonly transactional_message_id?: number;
  readonly journey_id?: string;
  readonly content_id?: number;
  readonly trigger_id?: number;
  readonly trigger_event_id?: string;
  /** The address or number that the message went to. */
  readonly recipient?: string;
  /** The devices that a push went to. */
  readonly recipients?: readonly WebhookPushRecipient[];
  readonly subject?: string;
  /** The link of a `clicked`. */
  readonly href?: string;
  readonly link_id?: number;
  /** Why a message `bounced`, was `dropped`, `failed` or `undeliverable`. */
  readonly failure_message?: string;
  readonly headers?: unknown;
  /** An `opened` or `clicked` that a program made, not a person. */
  readonly machine?: boolean;
  readonly prefetched?: boolean;
  readonly proxied?: boolean;
  /** Fields that Customer.io adds later. */
  readonly [name: string]: unknown;
}

interface WebhookOf<ObjectType, Metric> {
  /** A ULID; a webhook that Customer.io sends again has the same. */
  readonly event_id: string;
  readonly object_type: ObjectType;
  readonly metric: Metric;
  /** When it happened, in unix seconds. */
  readonly timestamp: number;
  readonly data: WebhookData;
}

/** A reporting webhook of a documented kind; `object_type` and `metric` tell them apart. */
export type ReportingWebhook = {
  readonly [ObjectType in WebhookObjectType]: WebhookOf<ObjectType, WebhookMetric<ObjectType>>;
}[WebhookObjectType];

/** A sound reporting webhook of a kind that is not documented (yet). */
export type UnlistedWebhook = WebhookOf<string, string>;

/** What became of a body. */
export type ReadWebhook =
  | { readonly kind: 'event'; readonly event: ReportingWebhook }
  | { readonly kind: 'unlisted'; readonly event: UnlistedWebhook }
  /** `problem` says what was expected and what came, by type, never by value. */
  | { readonly kind: 'unreadable'; readonly problem: string };

const MAX_NAME_CHARACTERS = 200;

/** Reads the parsed body of a reporting webhook. Never throws; what Customer.io adds to it later passes. */
export function readReportingWebhook(body: unknown): ReadWebhook {
  if (!isObject(body)) return unreadable('the body', 'an object', body);
  for (const name of ['event_id', 'object_type', 'metric'] as const) {
    if (!isName(body[name])) return unreadable(name, `text of 1 to ${MAX_NAME_CHARACTERS} characters`, body[name]);
  }
  if (!Number.isFinite(body.timestamp)) return unreadable('timestamp', 'unix seconds', body.timestamp);
  if (!isObject(body.data)) return unreadable('data', 'an object', body.data);
  const event = body as unknown as UnlistedWebhook;
  return isListedMetric(event.object_type, event.metric)
    ? { kind: 'event', event: event as ReportingWebhook }
    : { kind: 'unlisted', event };
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= MAX_NAME_CHARACTERS;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(where: string, expected: string, value: unknown): ReadWebhook {
  const came = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  return { kind: 'unreadable', problem: `${where}: expected ${expected}, got ${came}` };
}
