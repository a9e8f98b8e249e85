import { REFUSE_UNKNOWN_REGION, type TraitRule } from '@cio-fleet/workspaces';
import type { RegionSubjects } from './region-subjects.ts';

/**
 * An object may live in several workspaces, so each has a key of its own; a person has one key for each identifier. Names of
 * workspaces hold no `@`, so no other object's key looks the same.
 */
export function objectRegionKey(object: string, workspace: string): string {
  return `${object}@${workspace}`;
}

/** Every workspace that a rule may choose. */
export function ruleWorkspaces({ map, otherwise }: TraitRule): readonly string[] {
  const named = new Set(Object.values(map));
  return [...(otherwise === REFUSE_UNKNOWN_REGION ? named : named.add(otherwise))];
}

/** The keys under which there may be something to know for an operation. */
export function regionKeysOf(rule: TraitRule, { persons, aliases, object }: RegionSubjects): readonly string[] {
  const ofObject =
    object === undefined ? [] : ruleWorkspaces(rule).map((workspace) => objectRegionKey(object, workspace));
  return [...persons, ...aliases, ...ofObject];
}
