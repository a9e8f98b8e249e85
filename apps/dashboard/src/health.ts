import { type Circuit, NO_CIRCUIT, worstCircuit } from '@cio-fleet/lanes';
import type { FleetView } from './fleet/fleet-monitor.ts';

/** The answer of `/health/customerio`. */
export interface CustomerioHealth {
  readonly status: 200 | 503;
  readonly body: {
    readonly customerio: {
      readonly circuit_state: Circuit['state'];
      readonly failure_count: number;
      /** ISO 8601. */
      readonly last_failure: string | null;
    };
  };
}

/** The worst circuit of all live workers of all workspaces, or of one. `undefined` for a workspace that isn't served. */
export function readCustomerioHealth(view: FleetView, workspace?: string): CustomerioHealth | undefined {
  const meant = view.workspaces.filter(({ outline }) => workspace === undefined || outline.name === workspace);
  if (meant.length === 0) return undefined;
  return customerioHealthOf(worstCircuit(meant.map(({ state }) => state.circuit)));
}

/** What is said when Redis, and so the fleet, can't be asked. */
export const UNKNOWN_HEALTH = customerioHealthOf(NO_CIRCUIT);

function customerioHealthOf({ state, failureCount, lastFailure }: Circuit): CustomerioHealth {
  return {
    status: state === 'CLOSED' ? 200 : 503,
    body: {
      customerio: {
        circuit_state: state,
        failure_count: failureCount,
        last_failure: lastFailure === null ? null : new Date(lastFailure).toISOString(),
      },
    },
  };
}
