import { ledgerResidue } from '@cio-fleet/contracts';
import type { Verdict } from '../rig/arrival-checker.ts';
import { integerBelow, seededRandom } from '../rig/seeded-random.ts';
import type { Fault, FaultFamily } from './faults/fault.ts';
import { FAULTS } from './faults/index.ts';
import { failedHeads, mendAll, redriveAll, settle } from './recovery.ts';
import { type Stage, type StageOptions, setStage } from './stage.ts';

export interface FaultRunOptions extends StageOptions {
  readonly seconds: number;
  /** @defaultValue all of them */
  readonly faults?: readonly Fault[];
  /** Share of the strikes that come with a second one of another family. @defaultValue 0.3 */
  readonly overlap?: number;
  /** Longest pause between strikes in ms. @defaultValue 1500 */
  readonly mostPauseMs?: number;
  /** A strike each so many ms, instead of random pauses. */
  readonly everyMs?: number;
  /** Watches the stage while it plays; ended by the function that it returns. */
  readonly observe?: (stage: Stage) => () => void;
  /** How long all may take to arrive once everything is mended, in ms. @defaultValue 90_000 */
  readonly recoveryTimeoutMs?: number;
  readonly onFault?: (name: string, atSeconds: number) => void;
}

export interface FaultRunResult extends Verdict {
  readonly seed: number;
  readonly faults: number;
  /** From the end of the last fault until nothing waited any more, in s. */
  readonly recoverySeconds: number;
  /** Over all faults: the longest from its end until all that was accepted before had arrived, in s. Faults overlap. */
  readonly slowestRecoverySeconds: number;
  readonly residue: number;
  readonly waiting: number;
  readonly held: number;
  readonly deadLettered: number;
  /** Operations that were dead letters in between, by reason. */
  readonly deadLetterReasons: Readonly<Record<string, number>>;
  readonly failedHeads: number;
  /** Calls that were answered with an error, by its code. */
  readonly refused: Readonly<Record<string, number>>;
  /** What must never happen and did, beside what is counted. */
  readonly complaints: readonly string[];
}

/** Steady load under random faults. Load, schedule, links and answers each draw from a generator of their own. */
export async function runFaults(options: FaultRunOptions): Promise<FaultRunResult> {
  const { workers, recoveryTimeoutMs = 90_000 } = options;
  const stage = await setStage(options);
  try {
    const complaints: string[] = [];
    stage.weather.rejecting(true);
    await Promise.all(stage.producers.map((slot) => slot.start()));
    const endObservation = options.observe?.(stage);
    const mendedAtMs = await strikeAtRandom(stage, options, (problem) => complaints.push(problem));
    endObservation?.();

    await mendAll(stage, workers);
    const endedAtMs = performance.now();
    // A producer that ends without a flush has buffered operations that it never said ok to: they count as nothing.
    await Promise.all(stage.producers.map((slot) => slot.stop()));
    await settle(stage, recoveryTimeoutMs);
    const recoverySeconds = (performance.now() - endedAtMs) / 1000;
    await redriveAll(stage, recoveryTimeoutMs);

    const ledger = await stage.rig.ledger();
    const recoveriesMs = stage.rig.checker.recoveriesMs(mendedAtMs);
    return {
      seed: options.seed,
      ...stage.rig.checker.verdict(),
      faults: mendedAtMs.length,
      recoverySeconds: round(recoverySeconds),
      slowestRecoverySeconds: round(Math.max(0, ...recoveriesMs) / 1000),
      residue: ledgerResidue(ledger),
      waiting: ledger.waiting,
      held: await stage.rig.held(),
      deadLettered: ledger['dead-lettered'],
      failedHeads: await failedHeads(stage),
      deadLetterReasons: stage.deadLetters.reasons,
      refused: refusedBy(stage),
      complaints: [...complaints, ...stage.deadLetters.undeserved.slice(0, 10)],
    };
  } finally {
    await stage.stop();
  }
}

/** When each fault was mended, by `performance.now`, rising. */
async function strikeAtRandom(
  stage: Stage,
  options: FaultRunOptions,
  complain: (problem: string) => void,
): Promise<number[]> {
  const { seconds, faults = FAULTS, overlap = 0.3, mostPauseMs = 1500, everyMs, onFault } = options;
  const random = seededRandom(options.seed);
  const startedAtMs = performance.now();
  const mendedAtMs: number[] = [];
  const leftSeconds = () => seconds - (performance.now() - startedAtMs) / 1000;

  const strike = async (fault: Fault): Promise<void> => {
    onFault?.(fault.name, (performance.now() - startedAtMs) / 1000);
    // Each fault draws from a generator of its own: how long one takes must not decide what the next one is.
    const own = seededRandom(integerBelow(random, 2 ** 31));
    await fault.strike({ stage, random: own, pause, complain }).catch((error: Error) => {
      complain(`expected to be able to do "${fault.name}", failed: ${error.message.slice(0, 300)}`);
    });
    mendedAtMs.push(performance.now());
  };

  while (leftSeconds() > 0) {
    const struckAtMs = performance.now();
    const possible = faults.filter((fault) => (fault.seconds ?? 6) <= leftSeconds() + 6);
    const first = draw(possible, random, stage);
    if (first === undefined) break;
    const second =
      random() < overlap
        ? draw(
            possible.filter(({ family }) => family !== first.family),
            random,
            stage,
          )
        : undefined;
    await Promise.all([strike(first), ...(second === undefined ? [] : [strike(second)])]);
    const untilNextMs =
      everyMs === undefined ? integerBelow(random, mostPauseMs) : struckAtMs + everyMs - performance.now();
    await pause(Math.max(0, Math.min(untilNextMs, leftSeconds() * 1000)));
    stage.weather.rejecting(random() < 0.7);
  }
  return mendedAtMs;
}

/** Each family is as likely as the others, however many faults it has. */
function draw(faults: readonly Fault[], random: () => number, stage: Stage): Fault | undefined {
  const possible = faults.filter((fault) => fault.isPossible?.(stage) ?? true);
  const families = [...new Set(possible.map(({ family }) => family))];
  const family: FaultFamily | undefined = families[integerBelow(random, families.length)];
  const members = possible.filter((fault) => fault.family === family);
  return members[integerBelow(random, members.length)];
}

function refusedBy(stage: Stage): Record<string, number> {
  const refused: Record<string, number> = {};
  for (const { refused: codes } of stage.producers.flatMap(({ all }) => all)) {
    for (const [code, count] of codes) refused[code] = (refused[code] ?? 0) + count;
  }
  return refused;
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
