import { BRAKE_FAULTS } from './brake-faults.ts';
import { CLOCK_FAULTS } from './clock-faults.ts';
import { CUSTOMERIO_FAULTS } from './customerio-faults.ts';
import { ERASURE_FAULTS } from './erasure-faults.ts';
import type { Fault } from './fault.ts';
import { killerFault } from './killer-fault.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { OPERATOR_FAULTS } from './operator-faults.ts';
import { PRODUCER_FAULTS } from './producer-faults.ts';
import { REDIS_FAULTS } from './redis-faults.ts';
import { WORKER_FAULTS } from './worker-faults.ts';

/** About six deaths, each noticed after lock and stalled check. */
const KILLING_MS = 45_000;

/** Every kind of fault of a random run. */
export const FAULTS: readonly Fault[] = [
  ...WORKER_FAULTS,
  ...PRODUCER_FAULTS,
  ...REDIS_FAULTS,
  ...NETWORK_FAULTS,
  ...CUSTOMERIO_FAULTS,
  ...OPERATOR_FAULTS,
  ...BRAKE_FAULTS,
  ...CLOCK_FAULTS,
  ...ERASURE_FAULTS,
  killerFault(KILLING_MS),
];
