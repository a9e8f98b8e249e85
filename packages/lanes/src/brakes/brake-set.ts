import { type Brake, matchesBrake, type QueuedOperation } from '@cio-fleet/contracts';

/** The brakes of a workspace as they were at one version. */
export interface BrakeSet {
  /** ULID of their last change; `'0'`: there never was one. */
  readonly version: string;
  /** In the order in which they were set. */
  readonly brakes: readonly Brake[];
}

export const NO_BRAKES: BrakeSet = { version: '0', brakes: [] };

/** The brake that decides about `operation`: a discard before a hold, since what is dropped needs not wait. Pure. */
export function brakeOn(operation: QueuedOperation, { brakes }: BrakeSet, nowMs: number): Brake | undefined {
  let hold: Brake | undefined;
  for (const brake of brakes) {
    if (hold !== undefined && brake.kind === 'hold') continue;
    if (!matchesBrake(operation, brake, nowMs)) continue;
    if (brake.kind === 'discard') return brake;
    hold = brake;
  }
  return hold;
}

/** What a process knows of the brakes. */
export interface BrakeView {
  /** The brakes at `version`, or at a later one: what they are now. */
  at(version: string): Promise<BrakeSet>;
}

/** Reads the brakes only when their version isn't the one that it has. */
export function createBrakeView(read: () => Promise<BrakeSet>): BrakeView {
  let known = NO_BRAKES;
  return {
    async at(version) {
      if (version === NO_BRAKES.version) return NO_BRAKES;
      if (version === known.version) return known;
      const fresh = await read();
      known = fresh;
      return fresh;
    },
  };
}
