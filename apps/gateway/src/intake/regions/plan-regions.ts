import { REFUSE_UNKNOWN_REGION, type TraitRule } from '@cio-fleet/workspaces';
import { objectRegionKey, ruleWorkspaces } from './region-keys.ts';
import type { RegionSubjects } from './region-subjects.ts';

/** Where one operation goes. */
export type RegionPlan =
  | {
      readonly kind: 'to';
      readonly workspace: string;
      /** Whether that is known of whom it is about; false where it is only what the rule says `otherwise`. */
      readonly isKnown: boolean;
      /** Whether the operation itself says it of its person. */
      readonly isStated: boolean;
      /** What is to be remembered before it goes: key -> workspace. */
      readonly learned: ReadonlyMap<string, string>;
      /** Whether somebody's region changes by it. */
      readonly moves: boolean;
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'conflict' };

/** What a plan may look at. */
interface Knowledge {
  /** What is remembered, with what operations before this one said. */
  readonly now: ReadonlyMap<string, string>;
  /** What operations after this one say. */
  readonly ahead: ReadonlyMap<string, string>;
}

type ObjectSubjects = RegionSubjects & { readonly object: string };

const NOTHING: ReadonlyMap<string, string> = new Map();
/** The second round knows what the first found out, the third what follows from that by joined identifiers. */
const ROUNDS = 3;

/**
 * Chooses a workspace for each operation of one call, in order. The trait of a person decides where an operation carries it, and
 * moves one whose region was another. Else what is known of those whom it names decides, also by what a later operation of
 * the same call says of them, so that a call may hold a person's first event before the identify. Nothing known: `otherwise`.
 */
export function planRegions(
  rule: TraitRule,
  operations: readonly RegionSubjects[],
  known: ReadonlyMap<string, string>,
): readonly RegionPlan[] {
  let plans: readonly RegionPlan[] = [];
  for (let round = 0; round < ROUNDS; round += 1) plans = planAll(rule, operations, known, saidIn(operations, plans));
  return plans;
}

function planAll(
  rule: TraitRule,
  operations: readonly RegionSubjects[],
  known: ReadonlyMap<string, string>,
  ahead: ReadonlyMap<string, string>,
): readonly RegionPlan[] {
  const now = new Map(known);
  return operations.map((subjects) => {
    const plan = planOne(rule, subjects, { now, ahead });
    if (plan.kind === 'to') for (const [key, workspace] of plan.learned) now.set(key, workspace);
    return plan;
  });
}

function planOne(rule: TraitRule, subjects: RegionSubjects, knowledge: Knowledge): RegionPlan {
  if (!isObject(subjects)) return planPerson(rule, subjects, knowledge);
  return subjects.persons.length > 0
    ? planRelated(rule, subjects, knowledge)
    : planLoneObject(rule, subjects, knowledge);
}

function isObject(subjects: RegionSubjects): subjects is ObjectSubjects {
  return subjects.object !== undefined;
}

/** What the operations of a call say of persons; the first one that says something counts. */
function saidIn(operations: readonly RegionSubjects[], plans: readonly RegionPlan[]): ReadonlyMap<string, string> {
  const said = new Map<string, string>();
  for (const [index, plan] of plans.entries()) {
    const subjects = operations[index];
    if (!subjects?.joins || plan.kind !== 'to' || !plan.isKnown) continue;
    for (const key of identifiersOf(subjects)) if (!said.has(key)) said.set(key, plan.workspace);
  }
  return said;
}

function planPerson(rule: TraitRule, subjects: RegionSubjects, { now, ahead }: Knowledge): RegionPlan {
  const keys = identifiersOf(subjects);
  const stated = workspaceOf(rule, subjects.trait);
  if (stated !== undefined) {
    const learned = new Map(keys.filter((key) => now.get(key) !== stated).map((key) => [key, stated]));
    const moves = [...learned.keys()].some((key) => now.has(key));
    return { kind: 'to', workspace: stated, isKnown: true, isStated: true, learned, moves };
  }
  // An address of a person of another region may not go along, so aliases count as much as who is addressed.
  const found = new Set(keys.map((key) => now.get(key) ?? ahead.get(key)).filter((place) => place !== undefined));
  const [workspace, another] = found;
  if (another !== undefined) return { kind: 'conflict' };
  if (workspace === undefined) return unknownRegion(rule);
  const news = subjects.joins ? keys.filter((key) => !now.has(key)) : [];
  const learned = new Map(news.map((key) => [key, workspace]));
  return { kind: 'to', workspace, isKnown: true, isStated: false, learned, moves: false };
}

/**
 * An object goes where its persons are, whatever it says itself, and teaches nothing of them: each must be known on their own, and
 * who isn't belongs `otherwise`. An account with staff in two regions lives in both workspaces.
 */
function planRelated(rule: TraitRule, subjects: ObjectSubjects, { now, ahead }: Knowledge): RegionPlan {
  const found = subjects.persons.map((key) => now.get(key) ?? ahead.get(key));
  const [workspace = rule.otherwise, another] = new Set(found.map((place) => place ?? rule.otherwise));
  if (found.includes(undefined) && rule.otherwise === REFUSE_UNKNOWN_REGION) return { kind: 'unknown' };
  if (another !== undefined) return { kind: 'conflict' };
  return found.includes(undefined) ? unknownRegion(rule) : planKnownObject(subjects, workspace, now);
}

/** An object of which no person is named goes where it says, or where it is known to be. */
function planLoneObject(rule: TraitRule, subjects: ObjectSubjects, { now }: Knowledge): RegionPlan {
  const stated = workspaceOf(rule, subjects.trait);
  if (stated !== undefined) return planKnownObject(subjects, stated, now);
  const homes = ruleWorkspaces(rule).filter((workspace) => now.has(objectRegionKey(subjects.object, workspace)));
  const [workspace, another] = homes;
  if (another !== undefined) return { kind: 'conflict' };
  return workspace === undefined ? unknownRegion(rule) : planKnownObject(subjects, workspace, now);
}

function planKnownObject({ object }: ObjectSubjects, workspace: string, now: ReadonlyMap<string, string>): RegionPlan {
  const key = objectRegionKey(object, workspace);
  const learned = now.has(key) ? NOTHING : new Map([[key, workspace]]);
  return { kind: 'to', workspace, isKnown: true, isStated: false, learned, moves: false };
}

function unknownRegion({ otherwise }: TraitRule): RegionPlan {
  if (otherwise === REFUSE_UNKNOWN_REGION) return { kind: 'unknown' };
  return { kind: 'to', workspace: otherwise, isKnown: false, isStated: false, learned: NOTHING, moves: false };
}

function workspaceOf({ map }: TraitRule, value: string | undefined): string | undefined {
  return value !== undefined && Object.hasOwn(map, value) ? map[value] : undefined;
}

function identifiersOf({ persons, aliases }: RegionSubjects): readonly string[] {
  return [...persons, ...aliases];
}
