import { REFUSE_UNKNOWN_REGION, type TraitRule } from '@cio-fleet/workspaces';
import type { RegionSubjects } from './region-subjects.ts';

/** Where one operation goes. */
export type RegionPlan =
  | {
      readonly kind: 'to';
      readonly workspace: string;
      /** What is to be remembered before it goes: lane key -> workspace. */
      readonly learned: ReadonlyMap<string, string>;
      /** Whether somebody's region changes by it. */
      readonly moves: boolean;
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'conflict' };

const NOTHING: ReadonlyMap<string, string> = new Map();

/**
 * Chooses a workspace for each operation of one call, in order. The trait decides where an operation carries it, and moves a
 * person whose region was another. Else what is known of those whom it addresses decides, also by what a later operation of
 * the same call says of them, so that a call may hold a person's first event before the identify. Nothing known: `otherwise`.
 */
export function planRegions(
  rule: TraitRule,
  operations: readonly RegionSubjects[],
  known: ReadonlyMap<string, string>,
): readonly RegionPlan[] {
  const now = new Map(known);
  const ahead = new Map<string, string>();
  for (const subjects of operations.toReversed()) {
    const taught = workspaceOf(rule, subjects.trait);
    if (taught !== undefined) for (const key of keysOf(subjects)) ahead.set(key, taught);
  }
  return operations.map((subjects) => {
    const plan = planOne(rule, subjects, now, ahead);
    if (plan.kind === 'to') for (const [key, workspace] of plan.learned) now.set(key, workspace);
    return plan;
  });
}

function planOne(
  rule: TraitRule,
  subjects: RegionSubjects,
  now: ReadonlyMap<string, string>,
  ahead: ReadonlyMap<string, string>,
): RegionPlan {
  const keys = keysOf(subjects);
  const taught = workspaceOf(rule, subjects.trait);
  if (taught !== undefined) {
    const related = subjects.addressed.slice(1).map((key) => now.get(key));
    // An object can't take persons of another region along.
    if (related.some((workspace) => workspace !== undefined && workspace !== taught)) return { kind: 'conflict' };
    const own = now.get(subjects.addressed[0] ?? '');
    return {
      kind: 'to',
      workspace: taught,
      learned: news(keys, taught, now),
      moves: own !== undefined && own !== taught,
    };
  }
  const find = (from: readonly string[]) =>
    new Set(from.map((key) => now.get(key) ?? ahead.get(key)).filter((workspace) => workspace !== undefined));
  const addressed = find(subjects.addressed);
  const found = addressed.size > 0 ? addressed : find(subjects.aliases);
  const [workspace, another] = found;
  if (another !== undefined) return { kind: 'conflict' };
  if (workspace === undefined) return unknownRegion(rule);
  const learned = subjects.joins
    ? news(
        keys.filter((key) => !now.has(key)),
        workspace,
        now,
      )
    : NOTHING;
  return { kind: 'to', workspace, learned, moves: false };
}

function unknownRegion({ otherwise }: TraitRule): RegionPlan {
  if (otherwise === REFUSE_UNKNOWN_REGION) return { kind: 'unknown' };
  return { kind: 'to', workspace: otherwise, learned: NOTHING, moves: false };
}

function news(
  keys: readonly string[],
  workspace: string,
  now: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(keys.filter((key) => now.get(key) !== workspace).map((key) => [key, workspace]));
}

function workspaceOf({ map }: TraitRule, value: string | undefined): string | undefined {
  return value !== undefined && Object.hasOwn(map, value) ? map[value] : undefined;
}

function keysOf({ addressed, aliases }: RegionSubjects): readonly string[] {
  return [...addressed, ...aliases];
}
