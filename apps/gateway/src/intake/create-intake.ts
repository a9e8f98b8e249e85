import { type Service, service } from '@cio-fleet/lifecycle';
import type { EnqueueResult, OperationInput, SpoolState } from '@cio-fleet/producer';
import type { Workspace } from '@cio-fleet/workspaces';
import type { Caller } from '../access/caller.ts';
import { createFairShare, type FairShare, type FairShareOptions } from '../protection/fair-share.ts';
import type { LanePressure } from '../protection/lane-pressure.ts';
import type { Intake } from './intake.ts';
import type { RegionFunctions } from './regions/region-modules.ts';
import type { RegionRouter } from './regions/region-router.ts';
import { createWorkspaceProducers, type DurabilityOptions } from './workspace-producers.ts';

/** Hears what was sent, for the spam report. */
export interface IntakeReport {
  accepted(caller: Caller, operations: readonly OperationInput[], results: readonly EnqueueResult[]): void;
}

export interface ProducerIntakeOptions extends Omit<DurabilityOptions, 'enqueueTimeoutMs'> {
  readonly workspaces: readonly Workspace[];
  readonly regionFunctions?: RegionFunctions;
  readonly router: RegionRouter;
  readonly pressure: LanePressure;
  readonly report: IntakeReport;
  /** How long a call may take in all, in ms: half of it for its turn, half for Redis or the disk. @defaultValue 2_000 */
  readonly acceptTimeoutMs?: number;
  /** How long stopping waits for what is under way, in ms. @defaultValue 10_000 */
  readonly closeTimeoutMs?: number;
  readonly share?: Omit<FairShareOptions, 'maxWaitMs'>;
}

/** The intake as a part of the app: stopping it makes everything durable that was taken. */
export interface ProducerIntake extends Intake, Service {
  /** Takes over a new configuration. */
  replace(workspaces: readonly Workspace[], functions: RegionFunctions): void;
  /** What the region rule of a caller's workspace refuses, for each operation, without accepting any. Never rejects. */
  refusals: RegionRouter['refusals'];
  /** Whether everything that was given for this workspace before is durable by now. Answers within a second. */
  isSettled(workspace: string): Promise<boolean>;
  /** Operations that wait for their turn, and that are on their way, over all workspaces. */
  load(): { readonly waiting: number; readonly inFlight: number };
  /** What the spools hold, by workspace; none where there is no folder for them. */
  spools(): ReadonlyMap<string, SpoolState>;
}

const DEFAULTS = { acceptTimeoutMs: 2_000, closeTimeoutMs: 10_000 };
type Share = FairShare<OperationInput, EnqueueResult>;

const BUSY = failed('SOURCE_BUSY', 'expected less of this source at once, too much of it waits; send it again later');
const OVER_SHARE = failed(
  'SOURCE_OVER_SHARE',
  'expected this source to send no faster than Customer.io takes, the lanes fill up; send it again later, and slower',
);

export function createIntake(options: ProducerIntakeOptions): ProducerIntake {
  const { router, pressure, report, acceptTimeoutMs, closeTimeoutMs, share } = { ...DEFAULTS, ...options };
  let workspaces = options.workspaces;
  router.replace(workspaces, options.regionFunctions ?? new Map());
  const producers = createWorkspaceProducers(
    { ...options, enqueueTimeoutMs: acceptTimeoutMs / 2 },
    (workspace) => workspaces.find(({ name }) => name === workspace)?.lanes,
  );
  const shares = new Map<string, Share>();

  function shareOf(workspace: string): Share {
    const known = shares.get(workspace);
    if (known !== undefined) return known;
    const made = createFairShare<OperationInput, EnqueueResult>(
      (operations) => producers.of(workspace).enqueueMany(operations),
      { ...share, maxWaitMs: acceptTimeoutMs / 2 },
    );
    shares.set(workspace, made);
    return made;
  }

  async function acceptInto(
    workspace: string,
    { keyId, source }: Caller,
    operations: readonly OperationInput[],
  ): Promise<readonly EnqueueResult[]> {
    if (pressure.refusal(workspace, keyId) !== undefined) return operations.map(() => OVER_SHARE);
    const fairShare = shareOf(workspace);
    if (!fairShare.hasRoom(keyId, operations.length)) return operations.map(() => BUSY);
    const labelled = operations.map((operation) => withSource(operation, source));
    const results = (await fairShare.run(keyId, labelled)).map((result) => result ?? BUSY);
    pressure.accepted(workspace, keyId, results.filter(({ ok }) => ok).length);
    return results;
  }

  async function acceptRouted(
    caller: Caller,
    operations: readonly OperationInput[],
  ): Promise<readonly EnqueueResult[]> {
    const destinations = await router.route(caller, operations);
    const results: EnqueueResult[] = [];
    const byWorkspace = new Map<string, number[]>();
    for (const [index, destination] of destinations.entries()) {
      if ('failure' in destination) results[index] = destination.failure;
      else {
        const indexes = byWorkspace.get(destination.workspace) ?? [];
        indexes.push(index);
        byWorkspace.set(destination.workspace, indexes);
      }
    }
    await Promise.all(
      [...byWorkspace].map(async ([workspace, indexes]) => {
        const part = indexes.map((index) => operations[index] as OperationInput);
        const accepted = await acceptInto(workspace, caller, part);
        for (const [place, index] of indexes.entries()) results[index] = accepted[place] ?? BUSY;
      }),
    );
    return results;
  }

  const base = service({
    name: 'intake',
    start: () => producers.open(workspaces),
    stop: async () => void (await producers.close(closeTimeoutMs)),
  });
  return {
    ...base,
    async accept(caller, operations) {
      const results = await (router.hasRule(caller)
        ? acceptRouted(caller, operations)
        : acceptInto(caller.workspace, caller, operations));
      report.accepted(caller, operations, results);
      return results;
    },
    refusals: router.refusals,
    replace(next, functions) {
      workspaces = next;
      router.replace(next, functions);
    },
    // What its rule sends elsewhere is in other producers; without one there is nothing there.
    isSettled: (workspace) => producers.areSettled(router.hasRule({ workspace }) ? undefined : workspace),
    spools: producers.spools,
    load() {
      const all = [...shares.values()];
      return {
        waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
        inFlight: all.reduce((sum, { inFlight }) => sum + inFlight, 0),
      };
    },
  };
}

/** The caller's name, unless the operation says itself who sent it. What isn't an object is left for the producer to refuse. */
function withSource(operation: OperationInput, source: string | undefined): OperationInput {
  if (source === undefined || typeof operation !== 'object' || operation === null || Array.isArray(operation))
    return operation;
  return operation.source === undefined ? { ...operation, source } : operation;
}

function failed(code: string, message: string): EnqueueResult {
  return Object.freeze({ ok: false, error: Object.freeze({ code, message }) });
}
