import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { service } from '@cio-fleet/lifecycle';
import type { Arrival, ArrivalListener } from './arrivals.ts';
import { createConsole } from './console/console.ts';
import { type FaultPlan, parseFaultPlan } from './faults/fault-plan.ts';
import { createOps } from './ops/ops.ts';
import { type SimulatorOptions, settingsOf } from './options.ts';
import type { PersonReading } from './read-out.ts';
import { Simulation } from './simulation.ts';
import type { StatsReading } from './stats.ts';
import { serveTrack } from './track/serve-track.ts';
import { isTrackPath } from './track/track.ts';

/** Where a simulator listens. */
export interface SimulatorAddress {
  readonly port: number;
  /** Origin without a trailing slash. Append `/api/v1` for customerio-node's `url`. */
  readonly url: string;
}

/** A running stand-in for Customer.io's Track API, with the knobs and read-outs of `/_sim` as methods. */
export interface Simulator {
  readonly name: string;
  /** Listens; calling it again gives the same address. After a stop it takes the same port again, state and all. */
  start(): Promise<SimulatorAddress>;
  /** Closes at once, hung requests too. The state stays. */
  stop(): Promise<void>;
  /** Tells of every accepted operation, before its request is answered. @returns a function that ends it */
  onOperation(listener: ArrivalListener): () => void;
  /** As `POST /_sim/faults`: replaces the plan in force. @throws {FAULT_FIELD_UNKNOWN} @throws {FAULT_FIELD_INVALID} */
  setFaults(plan: FaultPlan): void;
  clearFaults(): void;
  /** The plan in force; `{}` when all is well. */
  faults(): FaultPlan;
  stats(): StatsReading;
  /** By id, e-mail, phone or cio_id; in the given workspace, else in the first that knows the person. */
  person(identifier: string, siteId?: string): PersonReading | undefined;
  /** The kept arrivals, oldest first. */
  arrivals(): readonly Arrival[];
  /** As `DELETE /_sim/state`: forgets people, counters and arrivals. Faults and listeners stay. */
  reset(): void;
}

/** Idle connections are kept longer than any client keeps them, or requests meet connections that are closing. */
const KEEP_ALIVE_MS = 120_000;

/** Creates a simulator; nothing listens before `start`. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const settings = settingsOf(options);
  const simulation = new Simulation(settings);
  const simConsole = createConsole(simulation);
  const ops = createOps(simulation);
  let server: Server | undefined;
  let port = settings.port;

  const fail = (response: ServerResponse, error: unknown): void => {
    settings.onError?.(error);
    if (response.headersSent) response.destroy();
    else response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"simulator failed"}\n');
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (isTrackPath(request.url ?? '')) {
      serveTrack(simulation, request, response).catch((error: unknown) => fail(response, error));
      return;
    }
    ops(request, response, () => {
      simConsole.handle(request, response).catch((error: unknown) => fail(response, error));
    });
  };

  const lifecycle = service({
    name: 'simulator',
    async start() {
      const created = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, handle).listen(port, settings.host);
      await once(created, 'listening');
      server = created;
      port = (created.address() as AddressInfo).port;
    },
    async stop() {
      simConsole.close();
      const closed = once(server as Server, 'close');
      server?.close();
      server?.closeAllConnections();
      server = undefined;
      await closed;
    },
  });

  return {
    name: lifecycle.name,
    async start() {
      await lifecycle.start();
      return { port, url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}` };
    },
    stop: lifecycle.stop,
    onOperation: (listener) => simulation.arrivals.listen(listener),
    setFaults(plan) {
      const parsed = parseFaultPlan(plan);
      if (!parsed.ok) {
        const { code, field, expected, got } = parsed.problem;
        throw Object.assign(new TypeError(`${field || 'faults'}: expected ${expected}, got ${got}`), { code });
      }
      simulation.faults.set(parsed.plan, settings.now());
    },
    clearFaults: () => simulation.faults.clear(),
    faults: () => simulation.faults.current(settings.now()),
    stats: () => simulation.stats.read(),
    person: (identifier, siteId) => simulation.person(identifier, siteId),
    arrivals: () => simulation.arrivals.read({ limit: settings.maxArrivals }),
    reset: () => simulation.reset(),
  };
}
