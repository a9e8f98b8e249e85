import { type Service, service } from '@cio-fleet/lifecycle';
import { createRedis, type RedisSettings } from '@cio-fleet/redis';
import { createSpamRecorder } from '@cio-fleet/spam-report';
import type { Logger } from '@cio-fleet/telemetry';
import type { Workspace } from '@cio-fleet/workspaces';
import type { Request } from 'express';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import { type Admission, createAdmission } from './access/admission.ts';
import { createClientAddress } from './access/client-address.ts';
import { createKeyring, type Keyring } from './access/keyring.ts';
import { createWorkspacesWatch, type WorkspacesWatch } from './access/workspaces-watch.ts';
import { createIntake, type ProducerIntake } from './intake/create-intake.ts';
import { producerLog } from './intake/producer-log.ts';
import { createRegionMemory } from './intake/regions/region-memory.ts';
import { loadRegionFunctions, type RegionFunctions } from './intake/regions/region-modules.ts';
import { createRegionRouter } from './intake/regions/region-router.ts';
import { createSpoolMetrics } from './intake/spool-metrics.ts';
import { createLanePressure } from './protection/lane-pressure.ts';
import { createProtectionMetrics } from './protection/protection-metrics.ts';
import { createProtectionReport, type ProtectionReport } from './protection/protection-report.ts';
import { createRequestLimits } from './protection/request-limits.ts';
import { createSignInGuard } from './protection/sign-in-guard.ts';

/** Everything between a client and Redis that no dialect needs to know of. */
export interface GuardOptions {
  /** As `loadGatewayWorkspaces` reads them; at least one. */
  readonly workspaces: readonly Workspace[];
  /** As `loadRegionFunctions` loads them. @defaultValue none */
  readonly regionFunctions?: RegionFunctions;
  /** Reads the workspaces file again when it changes. @defaultValue they stay as they are */
  readonly file?: { readonly path: string | undefined; readonly load: () => readonly Workspace[] };
  readonly settings: RedisSettings;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Requests per second of one key; 0 is no limit. @defaultValue 10_000 */
  readonly ratePerKey?: number;
  /** Requests per second of one address; 0 is no limit. @defaultValue 10_000 */
  readonly ratePerAddress?: number;
  /** Whether an address is one of the operator's own proxies. @defaultValue none is */
  readonly isTrustedProxy?: (address: string | undefined) => boolean;
  /** A folder for the spools. @defaultValue none: no spool */
  readonly spoolDir?: string;
  readonly spoolMode?: 'overflow' | 'always';
  readonly spoolMaxBytes?: number;
  /** How long a call may take in all, in ms. @defaultValue 2_000 */
  readonly acceptTimeoutMs?: number;
  /** As the workers have it. @defaultValue 67_108_864 */
  readonly laneMaxBytes?: number;
  /** Between two looks at lanes and the workspaces file, and between two writes of the report, in ms. */
  readonly intervals?: { readonly lanesMs?: number; readonly fileMs?: number; readonly reportMs?: number };
}

export interface Guard {
  readonly admission: Admission;
  readonly intake: ProducerIntake;
  readonly keyring: Keyring;
  readonly watch: WorkspacesWatch;
  /** The workspaces as they are now. */
  readonly workspaces: () => readonly Workspace[];
  /** Counts messages that became no operation for the spam report. */
  readonly unmapped: ProtectionReport['unmapped'];
  /** Counts a reporting webhook with a wrong signature for the spam report, by its address. */
  readonly unsigned: (request: Request) => void;
  /** The connection for counters; producers have their own. */
  readonly redis: Redis;
  /** In the order of their start. Put the server that takes requests after them, so that it stops first. */
  readonly services: readonly Service[];
}

/** Puts access, limits, report, regions and producers together. Nothing connects before the services start. */
export function createGuard(options: GuardOptions): Guard {
  const { workspaces, settings, logger, registry, intervals = {} } = options;
  const homeWorkspace = workspaces[0]?.name;
  if (homeWorkspace === undefined) throw new Error('expected at least one workspace, got none; configure one');

  const redis = createRedis({ settings, purpose: 'page', connectionName: 'cio-fleet:gateway' });
  // Told by the health endpoint; each of its users goes on without it.
  redis.on('error', (err) => logger.debug({ err }, 'redis'));
  const connection = service({
    name: 'gateway-redis',
    // It goes on trying: a gateway starts without Redis, too.
    start: () => void redis.connect().catch(() => undefined),
    stop: () => redis.disconnect(),
  });

  const metrics = createProtectionMetrics({ registry, load: () => intake.load() });
  const recorder = createSpamRecorder({
    redis,
    ...(intervals.reportMs !== undefined && { flushMs: intervals.reportMs }),
  });
  const report = createProtectionReport({ recorder, metrics, logger, homeWorkspace });
  const pressure = createLanePressure({
    redis,
    onChange: report.slowed,
    ...(options.laneMaxBytes !== undefined && { laneMaxBytes: options.laneMaxBytes }),
    ...(intervals.lanesMs !== undefined && { intervalMs: intervals.lanesMs }),
  });
  const intake: ProducerIntake = createIntake({
    workspaces,
    settings,
    report,
    pressure,
    router: createRegionRouter(createRegionMemory({ redis }), report),
    logger: producerLog(logger),
    ...(options.regionFunctions !== undefined && { regionFunctions: options.regionFunctions }),
    ...(options.acceptTimeoutMs !== undefined && { acceptTimeoutMs: options.acceptTimeoutMs }),
    ...(options.spoolDir !== undefined && { spoolDir: options.spoolDir }),
    ...(options.spoolMode !== undefined && { spoolMode: options.spoolMode }),
    ...(options.spoolMaxBytes !== undefined && { spoolMaxBytes: options.spoolMaxBytes }),
  });

  createSpoolMetrics({ registry, spools: intake.spools });

  const addressOf = createClientAddress(options.isTrustedProxy ?? (() => false));
  const keyring = createKeyring(workspaces);
  let current = workspaces;
  const admission = createAdmission({
    keyring,
    limits: createRequestLimits({
      redis,
      homeWorkspace,
      ...(options.ratePerKey !== undefined && { perKey: options.ratePerKey }),
      ...(options.ratePerAddress !== undefined && { perAddress: options.ratePerAddress }),
    }),
    signIns: createSignInGuard(),
    addressOf,
    report,
  });
  const watch = createWorkspacesWatch({
    path: options.file?.path,
    load: options.file?.load ?? (() => workspaces),
    logger,
    async onChange(next) {
      const functions = await loadRegionFunctions(next);
      // Where to send comes first: a new key may not meet an old rule.
      intake.replace(next, functions);
      keyring.replace(next);
      current = next;
    },
    ...(intervals.fileMs !== undefined && { intervalMs: intervals.fileMs }),
  });
  const services = [connection, recorder, pressure, intake, watch];
  return {
    ...{ admission, intake, keyring, watch, redis, services },
    workspaces: () => current,
    unmapped: report.unmapped,
    unsigned: (request) => report.unauthorised(addressOf(request)),
  };
}
