import type { DemoApps } from './apps.ts';

/** What a newcomer needs to see and to try. */
export function banner({ simulator, worker, dashboard, gateway }: DemoApps, redisUrl: string): string {
  const sim = `http://127.0.0.1:${simulator.port}`;
  return `
  Fleet page      http://127.0.0.1:${dashboard.port}/
  Person          http://127.0.0.1:${dashboard.port}/person?q=shopper-7
  More pages      http://127.0.0.1:${dashboard.port}/errors, /live, /workers, /sources, /audit
  Bull Board      http://127.0.0.1:${dashboard.port}/queues
  Customer.io     ${sim}/            a simulator: what arrives, live
  Gateway         http://127.0.0.1:${gateway.port}/            Customer.io's and Segment's APIs (demo-site, demo-key); UDP ${gateway.ready.udpPort}
  Worker          http://127.0.0.1:${worker.port}/health/customerio
  Redis           ${redisUrl}

  Break Customer.io:   curl -X POST ${sim}/_sim/faults -H 'content-type: application/json' -d '{"status":503}'
  Mend it:             curl -X DELETE ${sim}/_sim/faults

  Send something:      curl -X PUT http://127.0.0.1:${gateway.port}/api/v1/customers/ada -u demo-site:demo-key -d '{"plan":"pro"}'

  Ctrl-C stops everything.
`;
}
