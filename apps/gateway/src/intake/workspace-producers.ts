import { join } from 'node:path';
import {
  createProducer,
  type FlushResult,
  type Producer,
  type ProducerLogger,
  type SpoolState,
} from '@cio-fleet/producer';
import type { RedisSettings } from '@cio-fleet/redis';
import type { Workspace } from '@cio-fleet/workspaces';
import { producerConnection } from './producer-connection.ts';

/** How operations become durable; see the producer's options of the same names. */
export interface DurabilityOptions {
  readonly settings: RedisSettings;
  /** A folder for the spools, one within it for each workspace. @defaultValue none: no spool */
  readonly spoolDir?: string;
  /** @defaultValue 'overflow' */
  readonly spoolMode?: 'overflow' | 'always';
  /** Of each workspace. @defaultValue the producer's */
  readonly spoolMaxBytes?: number;
  /** How long a producer may take before it answers `ENQUEUE_TIMEOUT`, in ms. */
  readonly enqueueTimeoutMs: number;
  readonly logger: ProducerLogger;
}

/** The producers of this process: one for each workspace, made when it is first needed. */
export interface WorkspaceProducers {
  of(workspace: string): Producer;
  /** Makes the producers of workspaces whose spool may hold something of a former run. */
  open(workspaces: readonly Workspace[]): void;
  /** Whether nothing of a workspace (or of any) is in memory only. Answers within a second. */
  areSettled(workspace: string | undefined): Promise<boolean>;
  /** What the spools hold, by workspace; none without a folder for them. */
  spools(): ReadonlyMap<string, SpoolState>;
  /** Closes all of them at once. */
  close(timeoutMs: number): Promise<readonly FlushResult[]>;
}

const SETTLE_MS = 500;

export function createWorkspaceProducers(
  options: DurabilityOptions,
  lanesOf: (workspace: string) => number | undefined,
): WorkspaceProducers {
  const { settings, spoolDir, spoolMode, spoolMaxBytes, enqueueTimeoutMs, logger } = options;
  const connection = producerConnection(settings);
  const producers = new Map<string, Producer>();

  function make(workspace: string): Producer {
    const lanes = lanesOf(workspace);
    return createProducer({
      ...connection,
      workspace,
      enqueueTimeoutMs,
      ...(lanes !== undefined && { lanes }),
      ...(spoolDir !== undefined && { spoolDir: join(spoolDir, workspace) }),
      ...(spoolMode !== undefined && { spoolMode }),
      ...(spoolMaxBytes !== undefined && { spoolMaxBytes }),
      logger,
    });
  }

  const producersOf: WorkspaceProducers = {
    of(workspace) {
      const known = producers.get(workspace);
      if (known !== undefined) return known;
      const made = make(workspace);
      producers.set(workspace, made);
      return made;
    },
    open(workspaces) {
      for (const { name } of workspaces) producersOf.of(name);
    },
    async areSettled(workspace) {
      const asked = workspace === undefined ? [...producers.values()] : [producersOf.of(workspace)];
      const results = await Promise.all(asked.map((producer) => producer.flush({ timeoutMs: SETTLE_MS })));
      // What is in the spool is durable, too.
      return results.every(({ pending }) => pending === 0);
    },
    spools() {
      const states = [...producers].map(([name, producer]) => [name, producer.spoolState()] as const);
      return new Map(states.flatMap(([name, state]) => (state === undefined ? [] : [[name, state] as const])));
    },
    close: (timeoutMs) => Promise.all([...producers.values()].map((producer) => producer.close({ timeoutMs }))),
  };
  return producersOf;
}
