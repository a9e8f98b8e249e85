import type { FaultPlan, Simulator } from '@cio-fleet/simulator';
import { REJECTED_NAME } from '../rig/numbered-operation.ts';

/** How Customer.io behaves: one passing fault at a time, and beside it whether it refuses the numbered rejects. */
export interface Weather {
  set(plan: FaultPlan): void;
  clear(): void;
  /** While it does, events of that name become dead letters. */
  rejecting(isRejecting: boolean): void;
  readonly isRejecting: boolean;
}

export function createWeather(simulator: Simulator): Weather {
  let passing: FaultPlan = {};
  let isRejecting = false;
  const apply = () => simulator.setFaults(isRejecting ? { ...passing, rejectName: REJECTED_NAME } : passing);
  return {
    set(plan) {
      passing = plan;
      apply();
    },
    clear() {
      passing = {};
      apply();
    },
    rejecting(next) {
      isRejecting = next;
      apply();
    },
    get isRejecting() {
      return isRejecting;
    },
  };
}
