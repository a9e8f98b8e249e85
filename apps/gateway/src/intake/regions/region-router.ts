import { type Operation, validateOperation } from '@cio-fleet/contracts';
import type { EnqueueFailed, OperationInput } from '@cio-fleet/producer';
import type { RegionRule, TraitRule, Workspace } from '@cio-fleet/workspaces';
import type { Caller } from '../../access/caller.ts';
import { planRegions, type RegionPlan } from './plan-regions.ts';
import { regionRefused, regionUnsettled } from './region-failure.ts';
import { regionKeysOf } from './region-keys.ts';
import type { Learned, RegionMemory } from './region-memory.ts';
import type { RegionFunction, RegionFunctions } from './region-modules.ts';
import { type RegionSubjects, regionSubjects } from './region-subjects.ts';

/** Where an operation goes, or why nowhere. */
export type Destination = { readonly workspace: string } | { readonly failure: EnqueueFailed };

/** Chooses among the workspaces of several regions. */
export interface RegionRouter {
  /** Whether the caller's workspace has a rule; without one everything stays there. */
  hasRule(caller: Pick<Caller, 'workspace'>): boolean;
  /** One destination for each operation. Never rejects. */
  route(caller: Caller, operations: readonly OperationInput[]): Promise<readonly Destination[]>;
  /** What `route` would refuse for good, without remembering or telling anything. Never rejects. */
  refusals(caller: Caller, operations: readonly OperationInput[]): Promise<readonly (EnqueueFailed | undefined)[]>;
  /** Takes over a new configuration. */
  replace(workspaces: readonly Workspace[], functions: RegionFunctions): void;
}

/** Hears what the rules do. */
export interface RegionReport {
  /** A person's region changed: later operations go elsewhere. */
  moved(caller: Caller, workspace: string): void;
  /** An operator's function threw or named no workspace. */
  ruleFailed(caller: Caller, error: unknown): void;
}

type RefusedPlan = Exclude<RegionPlan, { readonly kind: 'to' }>;

interface SettledPlan {
  readonly plan: RegionPlan;
  /** What is to be known for it. */
  readonly keys: readonly string[];
  /** Whether all of that is known. */
  readonly isSettled: boolean;
}

export function createRegionRouter(memory: RegionMemory, report: RegionReport): RegionRouter {
  let rules = new Map<string, RegionRule>();
  let names: ReadonlySet<string> = new Set();
  let inEu: ReadonlySet<string> = new Set();
  let functions: RegionFunctions = new Map();

  async function planByTrait({ workspace: home }: Caller, rule: TraitRule, operations: readonly Operation[]) {
    const subjects = operations.map((operation) => regionSubjects(operation, rule.trait));
    const keys = subjects.map((each) => regionKeysOf(rule, each));
    const { known, isComplete } = await memory.recall(home, [...new Set(keys.flat())]);
    return planRegions(rule, subjects, { known, inEu }).map((plan, index): SettledPlan => {
      const [asked = [], of] = [keys[index], subjects[index]];
      const isSettled = isComplete || asked.length === 0 || (of !== undefined && canDecideAlone(plan, of, known));
      return { plan, keys: asked, isSettled };
    });
  }

  /** Without Redis: only who is known here to be in the EU. Others may have moved there, which another gateway would know. */
  function canDecideAlone(plan: RegionPlan, of: RegionSubjects, known: ReadonlyMap<string, string>): boolean {
    if (plan.kind !== 'to' || !plan.isKnown || plan.learned.size > 0 || !inEu.has(plan.workspace)) return false;
    return [...of.persons, ...of.aliases].every((key) => known.get(key) === plan.workspace);
  }

  async function byTrait(
    caller: Caller,
    rule: TraitRule,
    operations: readonly Operation[],
  ): Promise<readonly Destination[]> {
    const plans = await planByTrait(caller, rule, operations);
    const learned = new Map<string, Learned>();
    for (const { plan, isSettled } of plans) {
      if (plan.kind !== 'to' || !isSettled) continue;
      for (const [key, news] of plan.learned) learned.set(key, news);
    }
    // Remembered before anything goes: the person's next operation may come to another gateway at once.
    const isRemembered = await memory.remember(caller.workspace, learned);
    return plans.map(({ plan, keys, isSettled }) => {
      if (!isSettled) return { failure: regionUnsettled('REGION_UNAVAILABLE') };
      if (plan.kind !== 'to') return { failure: refusalOf(plan, rule) };
      const dependsOnNews = keys.some((key) => learned.has(key));
      if (dependsOnNews && !isRemembered) return { failure: regionUnsettled('REGION_UNAVAILABLE') };
      if (plan.moves) report.moved(caller, plan.workspace);
      return { workspace: plan.workspace };
    });
  }

  function byFunction(caller: Caller, choose: RegionFunction | undefined, operation: Operation): Destination {
    try {
      const workspace = choose?.(operation, caller) ?? caller.workspace;
      if (names.has(workspace)) return { workspace };
      report.ruleFailed(caller, new Error('expected the name of a workspace, got another text'));
    } catch (error) {
      report.ruleFailed(caller, error);
    }
    return { failure: regionUnsettled('REGION_RULE_FAILED') };
  }

  return {
    hasRule: ({ workspace }) => rules.has(workspace),
    async route(caller, operations) {
      const rule = rules.get(caller.workspace);
      const home = { workspace: caller.workspace };
      // What can't be is refused by the producer at home, in its words; it never reaches a lane.
      const destinations: Destination[] = operations.map(() => home);
      if (rule === undefined) return destinations;
      const valid = validOf(operations);
      const chosen =
        'trait' in rule
          ? await byTrait(
              caller,
              rule,
              valid.map(({ operation }) => operation),
            )
          : valid.map(({ operation }) => byFunction(caller, functions.get(rule.module), operation));
      for (const [place, { index }] of valid.entries()) destinations[index] = chosen[place] ?? home;
      return destinations;
    },
    async refusals(caller, operations) {
      const refusals: (EnqueueFailed | undefined)[] = operations.map(() => undefined);
      const rule = rules.get(caller.workspace);
      // A function can't refuse.
      if (rule === undefined || !('trait' in rule)) return refusals;
      const valid = validOf(operations);
      const plans = await planByTrait(
        caller,
        rule,
        valid.map(({ operation }) => operation),
      );
      for (const [place, { index }] of valid.entries()) {
        const { plan, isSettled } = plans[place] ?? {};
        if (isSettled && plan !== undefined && plan.kind !== 'to') refusals[index] = refusalOf(plan, rule);
      }
      return refusals;
    },
    replace(workspaces, loaded) {
      rules = new Map(
        workspaces.flatMap(({ name, regions }) => (regions === undefined ? [] : [[name, regions] as const])),
      );
      names = new Set(workspaces.map(({ name }) => name));
      inEu = new Set(workspaces.filter(({ region }) => region === 'eu').map(({ name }) => name));
      functions = loaded;
    },
  };
}

function refusalOf({ kind }: RefusedPlan, { trait }: TraitRule): EnqueueFailed {
  return regionRefused(kind === 'unknown' ? 'REGION_UNKNOWN' : 'REGION_CONFLICT', trait);
}

/** The operations that the producer will take, with their places. */
function validOf(operations: readonly OperationInput[]) {
  return operations.flatMap((input, index) => {
    const operation = readOperation(input);
    return operation === undefined ? [] : [{ operation, index }];
  });
}

/** The operation as the producer will read it; undefined where it will refuse it. */
function readOperation(input: OperationInput): Operation | undefined {
  const { source, sessionId, traceId, idempotencyKey, idempotencyWindowMs, ...operation } = Object(input);
  const validated = validateOperation(operation);
  return validated.ok ? validated.operation : undefined;
}
