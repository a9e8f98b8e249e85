import type { DemoApps } from './apps.ts';

/** What a newcomer needs to see and to try. */
export function banner({ simulator, worker, dashboard }: DemoApps, redisUrl: string): string {
  const sim = `http://127.0.0.1:${simulator.port}`;
  return `
  Fleet page      http://127.0.0.1:${dashboard.port}/
  Bull Board      http://127.0.0.1:${dashboard.port}/queues
  Customer.io     ${sim}/            a simulator: what arrives, live
  Worker          http://127.0.0.1:${worker.port}/health/customerio
  Redis           ${redisUrl}

  Break Customer.io:   curl -X POST ${sim}/_sim/faults -H 'content-type: application/json' -d '{"status":503}'
  Mend it:             curl -X DELETE ${sim}/_sim/faults

  Ctrl-C stops everything.
`;
}
