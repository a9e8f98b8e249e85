import { type Circuit, worstCircuit } from '@cio-fleet/lanes';
import { type OpsRoute, sendJson } from '@cio-fleet/lifecycle';

/** What `/health/customerio` answers. */
export interface CustomerioHealth {
  readonly status: 200 | 404 | 503;
  readonly body: object;
}

/** `/health/customerio` of a worker that delivers. */
export function customerioHealth(circuits: () => ReadonlyMap<string, Circuit>): OpsRoute {
  return (request, response) => {
    const workspace = new URL(request.url ?? '/', 'http://worker').searchParams.get('workspace') ?? undefined;
    const { status, body } = readCustomerioHealth(circuits(), workspace);
    sendJson(response, status, body);
  };
}

/** 200 while the circuit is closed, else 503; the worst of all workspaces, or that of one. */
export function readCustomerioHealth(circuits: ReadonlyMap<string, Circuit>, workspace?: string): CustomerioHealth {
  const asked = workspace === undefined ? [...circuits.values()] : [circuits.get(workspace) ?? []].flat();
  if (workspace !== undefined && asked.length === 0) {
    const message = `expected one of ${[...circuits.keys()].join(', ')} as workspace`;
    return { status: 404, body: { error: { code: 'WORKSPACE_UNKNOWN', message } } };
  }
  const { state, failureCount, lastFailure } = worstCircuit(asked);
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
