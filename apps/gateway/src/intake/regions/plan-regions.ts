import { REFUSE_UNKNOWN_REGION, type TraitRule } from '@cio-fleet/workspaces';
import { objectRegionKey, ruleWorkspaces } from './region-keys.ts';
import type { Learned } from './region-memory.ts';
import type { RegionSubjects } from './region-subjects.ts';

/** Where one operation goes. */
export type RegionPlan =
  | {
      readonly kind: 'to';
      readonly workspace: string;
      /** Whether that is known of whom it is about; false where it is only what the rule says `otherwise`. */
      readonly isKnown: boolean;
      /** What is to be remembered before it goes, by key. */
      readonly learned: ReadonlyMap<string, Learned>;
      /** Whether it says that somebody's region changes. */
      readonly moves: boolean;
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'conflict' };

/** What is known before a call. */
export interface Remembered {
  /** Key -> workspace. */
  readonly known: ReadonlyMap<string, string>;
  /** The workspaces of the EU. */
  readonly inEu: ReadonlySet<string>;
}

/** What a plan may look at. */
interface Knowledge {
  /** What is remembered, with what operations before this one said. */
  readonly now: ReadonlyMap<string, string>;
  /** What operations after this one say. */
  readonly ahead: ReadonlyMap<string, string>;
  readonly inEu: ReadonlySet<string>;
}

type ObjectSubjects = RegionSubjects & { readonly object: string };

const NOTHING: ReadonlyMap<string, Learned> = new Map();
/** The second round knows what the first found out, the third what follows from that by joined identifiers. */
const ROUNDS = 3;

/**
 * Chooses a workspace for each operation of one call, in order. The trait of a person decides where an operation carries it, and
 * moves one whose region was another. Else what is known of those whom it names decides, also by what a later operation of
 * the same call says of them, so that a call may hold a person's first event before the identify. Nothing known: `otherwise`.
 * What is of the EU and of another region goes nowhere, unless the person of the EU is who is addressed.
 */
export function planRegions(
  rule: TraitRule,
  operations: readonly RegionSubjects[],
  remembered: Remembered,
): readonly RegionPlan[] {
  let plans: readonly RegionPlan[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    plans = planAll(rule, operations, { ...remembered, ahead: saidIn(operations, plans) });
  }
  return plans;
}

function planAll(
  rule: TraitRule,
  operations: readonly RegionSubjects[],
  { known, ahead, inEu }: Remembered & Pick<Knowledge, 'ahead'>,
): readonly RegionPlan[] {
  const now = new Map(known);
  return operations.map((subjects) => {
    const plan = planOne(rule, subjects, { now, ahead, inEu });
    if (plan.kind === 'to') for (const [key, { workspace }] of plan.learned) now.set(key, workspace);
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

function planPerson(rule: TraitRule, subjects: RegionSubjects, knowledge: Knowledge): RegionPlan {
  const { now } = knowledge;
  const keys = identifiersOf(subjects);
  const stated = workspaceOf(rule, subjects.trait);
  if (stated !== undefined) {
    const news = keys.filter((key) => now.get(key) !== stated);
    const learned = new Map(news.map((key) => [key, { workspace: stated, overrides: true }]));
    return { kind: 'to', workspace: stated, isKnown: true, learned, moves: news.some((key) => now.has(key)) };
  }
  const [workspace, another] = placesOf(isAtHomeInEu(subjects, knowledge) ? subjects.persons : keys, knowledge);
  if (another !== undefined) return { kind: 'conflict' };
  if (workspace === undefined) return unknownRegion(rule);
  const news = subjects.joins ? keys.filter((key) => now.get(key) !== workspace) : [];
  // An alias that follows is replaced; of one that nobody knew, another gateway may have heard better meanwhile.
  const learned = new Map(news.map((key) => [key, { workspace, overrides: now.has(key) }]));
  return { kind: 'to', workspace, isKnown: true, learned, moves: false };
}

/**
 * Whoever is known to be in the EU stays there, whatever is remembered of the aliases: those follow. They may be left of a move
 * that did not name them all, or of somebody else in the same browser. The other way round an address of the EU must not
 * go along, so aliases count as much as who is addressed.
 */
function isAtHomeInEu({ persons }: RegionSubjects, knowledge: Knowledge): boolean {
  const [workspace, another] = placesOf(persons, knowledge);
  return workspace !== undefined && another === undefined && knowledge.inEu.has(workspace);
}

/** The workspaces that are known of some identifiers. */
function placesOf(keys: readonly string[], { now, ahead }: Knowledge): readonly string[] {
  const places = keys.map((key) => now.get(key) ?? ahead.get(key)).filter((place) => place !== undefined);
  return [...new Set(places)];
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
  const learned = now.has(key) ? NOTHING : new Map([[key, { workspace, overrides: false }]]);
  return { kind: 'to', workspace, isKnown: true, learned, moves: false };
}

function unknownRegion({ otherwise }: TraitRule): RegionPlan {
  if (otherwise === REFUSE_UNKNOWN_REGION) return { kind: 'unknown' };
  return { kind: 'to', workspace: otherwise, isKnown: false, learned: NOTHING, moves: false };
}

function workspaceOf({ map }: TraitRule, value: string | undefined): string | undefined {
  return value !== undefined && Object.hasOwn(map, value) ? map[value] : undefined;
}

function identifiersOf({ persons, aliases }: RegionSubjects): readonly string[] {
  return [...persons, ...aliases];
}
