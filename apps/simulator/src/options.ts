import type { Registry } from 'prom-client';
import type { Retention } from './state/workspace.ts';
import type { Credential } from './track/credentials.ts';

/** How a simulator is set up. Everything has a default. */
export interface SimulatorOptions extends Partial<Retention> {
  /** Address to listen on. @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** TCP port; 0 takes a free one, and keeps it over a stop and start. @defaultValue 0 */
  readonly port?: number;
  /** Who may call; each pair is a workspace of its own. @defaultValue demo-site / demo-key */
  readonly credentials?: readonly Credential[];
  /** Time between receipt and answer of a Track request, in milliseconds; effects are immediate. @defaultValue 0 */
  readonly latencyMs?: number;
  /** Arrivals kept for `/_sim/arrivals` and the page. Each keeps its operation in memory. @defaultValue 10_000 */
  readonly maxArrivals?: number;
  /** Milliseconds since 1970. @defaultValue Date.now */
  readonly now?: () => number;
  /** Where `/metrics` comes from; the simulator adds its own to it. @defaultValue a registry of its own */
  readonly registry?: Registry;
  /** Told of errors that are the simulator's own fault; the request gets a 500. @defaultValue nobody */
  readonly onError?: (error: unknown) => void;
}

/** Options with their defaults filled in. */
export type SimulatorSettings = Required<Omit<SimulatorOptions, 'registry' | 'onError'>> &
  Pick<SimulatorOptions, 'registry' | 'onError'>;

const DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  credentials: [{ siteId: 'demo-site', apiKey: 'demo-key', region: 'us' }],
  latencyMs: 0,
  maxArrivals: 10_000,
  maxEventsPerPerson: 1000,
  maxStoredEvents: 100_000,
  maxEventIds: 4_000_000,
  now: Date.now,
} satisfies SimulatorOptions;

export const settingsOf = (options: SimulatorOptions): SimulatorSettings => ({ ...DEFAULTS, ...options });
