import { type Operation, validateOperation } from '@cio-fleet/contracts';
import type { EnqueueFailed, OperationInput } from '@cio-fleet/producer';
import type { RegionRule, TraitRule, Workspace } from '@cio-fleet/workspaces';
import type { Caller } from '../../access/caller.ts';
import { planRegions, type RegionPlan } from './plan-regions.ts';
import { regionRefused, regionUnsettled } from './region-failure.ts';
import type { RegionMemory } from './region-memory.ts';
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

export function createRegionRouter(memory: RegionMemory, report: RegionReport): RegionRouter {
  let rules = new Map<string, RegionRule>();
  let names: ReadonlySet<string> = new Set();
  let functions: RegionFunctions = new Map();

  async function byTrait(
    caller: Caller,
    rule: TraitRule,
    operations: readonly Operation[],
  ): Promise<readonly Destination[]> {
    const home = caller.workspace;
    const subjects = operations.map((operation) => regionSubjects(operation, rule.trait));
    const { known, isComplete } = await memory.recall(home, distinct(subjects.flatMap(keysOf)));
    const plans = planRegions(rule, subjects, known);
    const isSettled = (plan: RegionPlan, index: number) => isComplete || canDecideAlone(plan, subjects[index], known);
    const learned = new Map<string, string>();
    for (const [index, plan] of plans.entries()) {
      if (plan.kind === 'to' && isSettled(plan, index)) for (const [key, to] of plan.learned) learned.set(key, to);
    }
    // Remembered before anything goes: the person's next operation may come to another gateway at once.
    const isRemembered = await memory.remember(home, learned);
    return plans.map((plan, index) => {
      if (!isSettled(plan, index)) return { failure: regionUnsettled('REGION_UNAVAILABLE') };
      if (plan.kind === 'unknown') return { failure: regionRefused('REGION_UNKNOWN', rule.trait) };
      if (plan.kind === 'conflict') return { failure: regionRefused('REGION_CONFLICT', rule.trait) };
      const dependsOnNews = keysOf(subjects[index]).some((key) => learned.has(key));
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
      const valid = operations
        .map(readOperation)
        .flatMap((operation, index) => (operation ? [{ operation, index }] : []));
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
    replace(workspaces, loaded) {
      rules = new Map(
        workspaces.flatMap(({ name, regions }) => (regions === undefined ? [] : [[name, regions] as const])),
      );
      names = new Set(workspaces.map(({ name }) => name));
      functions = loaded;
    },
  };
}

/** Without Redis: only where everybody is known here, and stays where they are known to be. */
function canDecideAlone(
  plan: RegionPlan,
  subjects: RegionSubjects | undefined,
  known: ReadonlyMap<string, string>,
): boolean {
  if (plan.kind !== 'to' || plan.learned.size > 0) return false;
  return keysOf(subjects).every((key) => known.get(key) === plan.workspace);
}

/** The operation as the producer will read it; undefined where it will refuse it. */
function readOperation(input: OperationInput): Operation | undefined {
  const { source, sessionId, traceId, idempotencyKey, idempotencyWindowMs, ...operation } = Object(input);
  const validated = validateOperation(operation);
  return validated.ok ? validated.operation : undefined;
}

function keysOf(subjects: RegionSubjects | undefined): readonly string[] {
  return subjects === undefined ? [] : [...subjects.addressed, ...subjects.aliases];
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
