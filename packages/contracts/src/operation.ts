/**
 * The operations of Customer.io's Track API v2, in the shape that `POST /api/v2/batch` reads; and those that only v1 has, in a
 * shape of ours.
 *
 * @see https://docs.customer.io/integrations/api/track/
 */

/** Any JSON value. Attribute values are text, number or boolean officially; nested values are accepted in practice. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Attributes of a person, object, event or relationship. */
export type Attributes = { readonly [name: string]: Json };

/** Exactly one identifier of a person. */
export type PersonIdentifiers =
  | { readonly id: string }
  | { readonly email: string }
  | { readonly phone: string }
  | { readonly cio_id: string };

export interface AnonymousIdentifiers {
  readonly anonymous_id: string;
}

export interface ObjectReference {
  readonly object_type_id: string;
  readonly object_id: string;
}

/** An object by type and id, or by the id that Customer.io gave it, which can't create one. */
export type ObjectIdentifiers = ObjectReference | { readonly cio_object_id: string };

export interface ObjectRelationship {
  readonly identifiers: ObjectIdentifiers;
  readonly relationship_attributes?: Attributes;
}

export interface PersonRelationship {
  readonly identifiers: PersonIdentifiers;
  readonly relationship_attributes?: Attributes;
}

export interface AnonymousRelationship {
  readonly identifiers: AnonymousIdentifiers;
  readonly relationship_attributes?: Attributes;
}

export type DevicePlatform = 'ios' | 'android';

export interface Device {
  readonly token: string;
  readonly platform: DevicePlatform;
  /** Unix seconds. */
  readonly last_used?: number;
  readonly attributes?: Attributes;
}

export interface IdentifyOperation {
  readonly type: 'person';
  readonly action: 'identify';
  readonly identifiers: PersonIdentifiers;
  /** Unix seconds; Customer.io orders attribute updates by it. */
  readonly timestamp?: number;
  readonly attributes?: Attributes;
  readonly cio_relationships?: readonly ObjectRelationship[];
}

/** `event` is a track; `page` names a URL; `screen` a screen of an app. */
export interface EventOperation {
  readonly type: 'person';
  readonly action: 'event' | 'page' | 'screen';
  readonly identifiers: PersonIdentifiers | AnonymousIdentifiers;
  /** A ULID. Customer.io drops an event whose id it has seen. Ours is filled in when it is sent. */
  readonly id?: string;
  readonly name: string;
  /** Unix seconds. */
  readonly timestamp?: number;
  readonly attributes?: Attributes;
}

export interface AddDeviceOperation {
  readonly type: 'person';
  readonly action: 'add_device';
  readonly identifiers: PersonIdentifiers;
  readonly device: Device;
}

export interface DeleteDeviceOperation {
  readonly type: 'person';
  readonly action: 'delete_device';
  readonly identifiers: PersonIdentifiers;
  readonly device: { readonly token: string; readonly platform?: DevicePlatform };
}

export interface PersonRelationshipsOperation {
  readonly type: 'person';
  readonly action: 'add_relationships' | 'delete_relationships';
  readonly identifiers: PersonIdentifiers;
  readonly cio_relationships: readonly ObjectRelationship[];
}

export interface MergeOperation {
  readonly type: 'person';
  readonly action: 'merge';
  readonly primary: PersonIdentifiers;
  readonly secondary: PersonIdentifiers;
}

export interface PersonStateOperation {
  readonly type: 'person';
  readonly action: 'delete' | 'suppress' | 'unsuppress';
  readonly identifiers: PersonIdentifiers;
}

export type PersonOperation =
  | IdentifyOperation
  | EventOperation
  | AddDeviceOperation
  | DeleteDeviceOperation
  | PersonRelationshipsOperation
  | MergeOperation
  | PersonStateOperation;

export interface IdentifyObjectOperation {
  readonly type: 'object';
  readonly action: 'identify';
  readonly identifiers: ObjectIdentifiers;
  readonly attributes?: Attributes;
  readonly cio_relationships?: readonly PersonRelationship[];
}

export interface IdentifyAnonymousObjectOperation {
  readonly type: 'object';
  readonly action: 'identify_anonymous';
  readonly identifiers: ObjectIdentifiers;
  readonly attributes?: Attributes;
  readonly cio_relationships: readonly AnonymousRelationship[];
}

export interface ObjectRelationshipsOperation {
  readonly type: 'object';
  readonly action: 'add_relationships' | 'delete_relationships';
  readonly identifiers: ObjectIdentifiers;
  readonly cio_relationships: readonly PersonRelationship[];
}

export interface DeleteObjectOperation {
  readonly type: 'object';
  readonly action: 'delete';
  readonly identifiers: ObjectIdentifiers;
}

export type ObjectOperation =
  | IdentifyObjectOperation
  | IdentifyAnonymousObjectOperation
  | ObjectRelationshipsOperation
  | DeleteObjectOperation;

/** What a device says became of a push that Customer.io sent. */
export interface DeliveryEventOperation {
  readonly type: 'delivery';
  readonly action: 'event';
  readonly identifiers: { readonly id: string };
  readonly name: 'opened' | 'converted' | 'delivered';
  readonly timestamp?: number;
  readonly attributes: Attributes & { readonly device_token: string };
}

export type DeliveryMetric =
  | 'bounced'
  | 'clicked'
  | 'converted'
  | 'deferred'
  | 'delivered'
  | 'dropped'
  | 'opened'
  | 'spammed';

/** A metric of a message of any channel, reported back. Only v1 has it: `POST /metrics`. */
export interface DeliveryMetricOperation {
  readonly type: 'delivery';
  readonly action: 'metric';
  readonly identifiers: { readonly id: string };
  readonly name: DeliveryMetric;
  /** Unix seconds. */
  readonly timestamp?: number;
  /** Who got it: an address, a device; for an SMS Customer.io wants the phone number as a number. */
  readonly recipient?: string | number;
  /** Why it failed. */
  readonly reason?: string;
  /** The link that was clicked. */
  readonly href?: string;
}

/** Unsubscribes whoever got a delivery, or subscribes them again. Only v1 has it: `POST /unsubscribe/{delivery_id}`. */
export interface DeliverySubscriptionOperation {
  readonly type: 'delivery';
  readonly action: 'unsubscribe' | 'resubscribe';
  readonly identifiers: { readonly id: string };
}

export type DeliveryOperation = DeliveryEventOperation | DeliveryMetricOperation | DeliverySubscriptionOperation;

/** Who submitted a form, and what they filled in: text only. */
export type FormData =
  | ({ readonly id: string } & { readonly [field: string]: string })
  | ({ readonly email: string } & { readonly [field: string]: string });

/** A submission of a form. Only v1 has it: `POST /forms/{form_id}/submit`. */
export interface FormOperation {
  readonly type: 'form';
  readonly action: 'submit';
  readonly identifiers: { readonly form_id: string };
  readonly data: FormData;
}

/** How a segment may name a person. */
export type SegmentPerson = { readonly id: string } | { readonly email: string } | { readonly cio_id: string };

/** Puts one person into a manual segment, or takes them out. Only v1 has it: `POST /segments/{segment_id}/add_customers`. */
export interface SegmentOperation {
  readonly type: 'segment';
  readonly action: 'add_person' | 'remove_person';
  readonly identifiers: { readonly segment_id: string };
  readonly person: SegmentPerson;
}

/**
 * An event of nobody: an invitation to `attributes.recipient`. Only v1 has it: `POST /events` without an `anonymous_id`.
 */
export interface InviteOperation {
  readonly type: 'invite';
  readonly action: 'event' | 'page' | 'screen';
  /** A ULID. Customer.io drops an event whose id it has seen. Ours is filled in when it is sent. */
  readonly id?: string;
  readonly name: string;
  /** Unix seconds. */
  readonly timestamp?: number;
  readonly attributes?: Attributes;
}

/** One thing to do to a person, an object, a delivery, a form or a segment. */
export type Operation =
  | PersonOperation
  | ObjectOperation
  | DeliveryOperation
  | FormOperation
  | SegmentOperation
  | InviteOperation;
