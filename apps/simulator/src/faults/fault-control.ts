import type { FaultPlan } from './fault-plan.ts';
import { seededRandom } from './seeded-random.ts';

const NO_FAULTS: FaultPlan = {};

/** The plan in force, and which requests it hits. A new plan replaces the one before. */
export class FaultControl {
  #plan: FaultPlan = NO_FAULTS;
  #endsAtMs = Number.POSITIVE_INFINITY;
  #random: () => number = Math.random;

  set(plan: FaultPlan, nowMs: number): void {
    this.#plan = plan;
    this.#endsAtMs = plan.forMs === undefined ? Number.POSITIVE_INFINITY : nowMs + plan.forMs;
    this.#random = plan.seed === undefined ? Math.random : seededRandom(plan.seed);
  }

  clear(): void {
    this.set(NO_FAULTS, 0);
  }

  /** The plan in force; `{}` when all is well. */
  current(nowMs: number): FaultPlan {
    if (nowMs >= this.#endsAtMs) this.clear();
    return this.#plan;
  }

  /**
   * What the next request meets. `rate` decides about everything but the two names, which always hit their operations.
   */
  draw(nowMs: number): FaultPlan {
    const plan = this.current(nowMs);
    const { rate = 1, rejectName, poisonName } = plan;
    if (rate >= 1 || this.#random() < rate) return plan;
    return { ...(rejectName === undefined ? {} : { rejectName }), ...(poisonName === undefined ? {} : { poisonName }) };
  }
}
