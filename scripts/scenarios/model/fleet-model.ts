/** What the model knows of the fleet: far less than the fleet, and enough to say what must be true once all is quiet. */
export interface FleetModel {
  accepted: number;
  /** Operations whose name is refused while Customer.io refuses it. */
  refusable: number;
  workers: number;
  isDown: boolean;
  isRejecting: boolean;
  readonly pausedLanes: Set<number>;
  isHeld: boolean;
  /** How often the person of each slot was replaced, because a person is erased once at most. */
  readonly lives: number[];
}

/** Persons at a time. */
export const SLOTS = 4;

export function newFleetModel(): FleetModel {
  return {
    ...{ accepted: 0, refusable: 0, workers: 1, isDown: false, isRejecting: false, isHeld: false },
    pausedLanes: new Set(),
    lives: new Array<number>(SLOTS).fill(0),
  };
}

export function personOf({ lives }: FleetModel, slot: number): string {
  return `person-${slot}-${lives[slot]}`;
}
