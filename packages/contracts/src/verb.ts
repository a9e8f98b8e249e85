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
  | 'trackDelivery';

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

/** The verb that names `operation` everywhere but on the wire. */
export function verbOf(operation: Operation): Verb {
  if (operation.type === 'delivery') return 'trackDelivery';
  if (operation.type === 'object') return OBJECT_VERBS[operation.action];
  if (operation.action === 'event' && 'anonymous_id' in operation.identifiers) return 'trackAnonymous';
  return PERSON_VERBS[operation.action];
}

/** Whether `operation` erases a person: everything accepted for them before it must not be sent any more. */
export function isErasure(operation: Operation): boolean {
  return operation.type === 'person' && (operation.action === 'suppress' || operation.action === 'delete');
}

/** Whether `operation` stays due however late it is: erasures and their undoing never expire. */
export function neverExpires(operation: Operation): boolean {
  return isErasure(operation) || (operation.type === 'person' && operation.action === 'unsuppress');
}
