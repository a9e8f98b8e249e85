import type { Operation } from '../operation.ts';
import type { Workspace } from '../state/workspace.ts';
import { addDevice, deleteDevice } from './device.ts';
import { deletePerson, suppress, unsuppress } from './erasure.ts';
import { recordEvent } from './event.ts';
import { identify } from './identify.ts';
import { merge } from './merge.ts';
import { deleteObject, deleteObjectRelationships, identifyObject } from './object.ts';
import type { Outcome } from './outcome.ts';
import { addRelationships, deleteRelationships } from './person-relationships.ts';
import { changeSegment, reportDelivery } from './v1-only.ts';

/** Applies one validated operation to a workspace. */
export function apply(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  switch (operation.type) {
    case 'object':
      return applyToObject(workspace, operation, nowMs);
    case 'delivery':
      return reportDelivery(workspace, operation, nowMs);
    case 'segment':
      return changeSegment(workspace, operation);
    default:
      return applyToPerson(workspace, operation, nowMs);
  }
}

function applyToPerson(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  switch (operation.action) {
    case 'event':
    case 'page':
    case 'screen':
      return recordEvent(workspace, operation, nowMs);
    case 'identify':
    case 'submit_form':
      return identify(workspace, operation, nowMs);
    case 'add_device':
      return addDevice(workspace, operation, nowMs);
    case 'delete_device':
      return deleteDevice(workspace, operation);
    case 'add_relationships':
      return addRelationships(workspace, operation, nowMs);
    case 'delete_relationships':
      return deleteRelationships(workspace, operation);
    case 'merge':
      return merge(workspace, operation, nowMs);
    case 'delete':
      return deletePerson(workspace, operation);
    case 'suppress':
      return suppress(workspace, operation);
    case 'unsuppress':
      return unsuppress(workspace, operation);
    default:
      throw new Error(`expected a validated action for a person, got ${operation.action}`);
  }
}

function applyToObject(workspace: Workspace, operation: Operation, nowMs: number): Outcome {
  switch (operation.action) {
    case 'delete':
      return deleteObject(workspace, operation);
    case 'delete_relationships':
      return deleteObjectRelationships(workspace, operation);
    default:
      return identifyObject(workspace, operation, nowMs);
  }
}
