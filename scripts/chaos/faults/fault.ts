import type { Stage } from '../stage.ts';

/** What a fault is done to. Two faults of one family never strike at the same time. */
export type FaultFamily = 'worker' | 'producer' | 'redis' | 'network' | 'customerio' | 'operator' | 'clock' | 'erasure';

/** One kind of fault: it strikes, and mends itself before it resolves. */
export interface Fault {
  readonly name: string;
  readonly family: FaultFamily;
  /** How long it takes at most, roughly, in s: a run that is about to end draws no long one. @defaultValue 6 */
  readonly seconds?: number;
  /** Whether it can be done here. @defaultValue always */
  isPossible?(stage: Stage): boolean;
  strike(scene: Scene): Promise<void>;
}

export interface Scene {
  readonly stage: Stage;
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Says what must never happen, and did. The run fails. */
  readonly complain: (problem: string) => void;
}
