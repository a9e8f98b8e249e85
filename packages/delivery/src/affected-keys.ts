import { laneKeyOf, type Operation, personLaneKey } from '@cio-fleet/contracts';

/**
 * The lane keys of everyone that `operation` touches: its own, the person that a merge removes, the persons that an object is
 * related to. Merging or skipping identifies must not reach across such an operation.
 */
export function affectedKeys(operation: Operation): readonly string[] {
  const own = laneKeyOf(operation);
  if (operation.type === 'person' && operation.action === 'merge') return [own, personLaneKey(operation.secondary)];
  if (operation.type === 'object' && 'cio_relationships' in operation && operation.cio_relationships !== undefined) {
    return [own, ...operation.cio_relationships.map(({ identifiers }) => personLaneKey(identifiers))];
  }
  return [own];
}

/** Whether `operation` only adds to a person's history and leaves their attributes alone: track, page, screen. */
export function isEvent(operation: Operation): boolean {
  return operation.action === 'event' || operation.action === 'page' || operation.action === 'screen';
}
