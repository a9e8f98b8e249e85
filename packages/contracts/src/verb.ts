import type { Operation } from './operation.ts';

/**
 * The producer's verb for an operation. Names, labels, filters and columns use it; Customer.io's v2 action (`event` for a
 * track) appears only on the wire.
 */
export type Verb =
  | 'identify'
  | 'track'
  | 'trackAnonymous'
  | 'page'
  | 'screen'
  | 'addDevice'
  | 'deleteDevice'
  | 'relate'
  | 'unrelate'
  | 'merge'
  | 'delete'
  | 'suppress'
  | 'unsuppress'
  | 'identifyObject'
  | 'identifyAnonymousObject'
  | 'relateObject'
  | 'unrelateObject'
  | 'deleteObject'
  | 'trackDelivery'
  | 'reportMetric'
  | 'unsubscribe'
  | 'resubscribe'
  | 'submitForm'
  | 'addToSegment'
  | 'removeFromSegment'
  | 'trackInvite';

const PERSON_VERBS = {
  identify: 'identify',
  event: 'track',
  page: 'page',
  screen: 'screen',
  add_device: 'addDevice',
  delete_device: 'deleteDevice',
  add_relationships: 'relate',
  delete_relationships: 'unrelate',
  merge: 'merge',
  delete: 'delete',
  suppress: 'suppress',
  unsuppress: 'unsuppress',
} as const satisfies Record<Extract<Operation, { type: 'person' }>['action'], Verb>;

const OBJECT_VERBS = {
  identify: 'identifyObject',
  identify_anonymous: 'identifyAnonymousObject',
  add_relationships: 'relateObject',
  delete_relationships: 'unrelateObject',
  delete: 'deleteObject',
} as const satisfies Record<Extract<Operation, { type: 'object' }>['action'], Verb>;

const DELIVERY_VERBS = {
  event: 'trackDelivery',
  metric: 'reportMetric',
  unsubscribe: 'unsubscribe',
  resubscribe: 'resubscribe',
} as const satisfies Record<Extract<Operation, { type: 'delivery' }>['action'], Verb>;

const SEGMENT_VERBS = {
  add_person: 'addToSegment',
  remove_person: 'removeFromSegment',
} as const satisfies Record<Extract<Operation, { type: 'segment' }>['action'], Verb>;

const FORM_VERBS = { submit: 'submitForm' } as const satisfies Record<
  Extract<Operation, { type: 'form' }>['action'],
  Verb
>;

const INVITE_VERBS = { event: 'trackInvite', page: 'trackInvite', screen: 'trackInvite' } as const satisfies Record<
  Extract<Operation, { type: 'invite' }>['action'],
  Verb
>;

/** The verb that names `operation` everywhere but on the wire. */
export function verbOf(operation: Operation): Verb {
  switch (operation.type) {
    case 'person':
      if (operation.action === 'event' && 'anonymous_id' in operation.identifiers) return 'trackAnonymous';
      return PERSON_VERBS[operation.action];
    case 'object':
      return OBJECT_VERBS[operation.action];
    case 'delivery':
      return DELIVERY_VERBS[operation.action];
    case 'form':
      return FORM_VERBS[operation.action];
    case 'segment':
      return SEGMENT_VERBS[operation.action];
    case 'invite':
      return INVITE_VERBS[operation.action];
  }
}

/** Whether `operation` erases a person: everything accepted for them before it must not be sent any more. */
export function isErasure(operation: Operation): boolean {
  return operation.type === 'person' && (operation.action === 'suppress' || operation.action === 'delete');
}

/** Whether `operation` stays due however late it is: erasures, unsubscriptions, and their undoing never expire. */
export function neverExpires(operation: Operation): boolean {
  const { type, action } = operation;
  if (type === 'delivery') return action === 'unsubscribe' || action === 'resubscribe';
  return isErasure(operation) || (type === 'person' && action === 'unsuppress');
}
