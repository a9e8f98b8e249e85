import type { CircuitState, CircuitStatus } from '@cio-fleet/delivery';
import { type OpsRoute, sendJson } from '@cio-fleet/lifecycle';

const SEVERITY: Readonly<Record<CircuitState, number>> = { CLOSED: 0, HALF_OPEN: 1, OPEN: 2 };

/** `/health/customerio`: 200 while the circuit is closed, else 503; the worst of all workspaces, or of `?workspace=`. */
export function customerioHealth(circuits: () => ReadonlyMap<string, CircuitStatus>): OpsRoute {
  return (request, response) => {
    const wanted = new URL(request.url ?? '/', 'http://worker').searchParams.get('workspace');
    const all = circuits();
    const asked = wanted === null ? [...all.values()] : [all.get(wanted)].filter((status) => status !== undefined);
    if (wanted !== null && asked.length === 0) {
      const message = `expected one of ${[...all.keys()].join(', ')} as workspace`;
      return sendJson(response, 404, { error: { code: 'WORKSPACE_UNKNOWN', message } });
    }
    const [worst] = asked.toSorted((a, b) => SEVERITY[b.state] - SEVERITY[a.state]);
    const state = worst?.state ?? 'OPEN';
    sendJson(response, state === 'CLOSED' ? 200 : 503, {
      customerio: {
        circuit_state: state,
        failure_count: worst?.failureCount ?? 0,
        last_failure: worst?.lastFailure ? new Date(worst.lastFailure).toISOString() : null,
      },
    });
  };
}
