import { createHttpService, type HttpService, type Service } from '@cio-fleet/lifecycle';
import { createRedis, createRedisGate, type RedisUnfitError } from '@cio-fleet/redis';
import { createRegistry, type Logger } from '@cio-fleet/telemetry';
import type { GatewayConfig } from './config.ts';
import { createGatewayApp } from './gateway-app.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import { createGuard, type GuardOptions } from './guard.ts';
import { limitServer, SERVER_OPTIONS } from './http/server-limits.ts';
import type { RegionFunctions } from './intake/regions/region-modules.ts';
import { createJournalSinks } from './journal-sinks.ts';
import { createNoteLog } from './notes/note-log.ts';
import { createNotesRoutes } from './notes/notes-routes.ts';
import { createSegmentRoutes } from './segment/segment-routes.ts';
import { createTrackRoutes } from './track/track-routes.ts';
import { callerWithoutKey } from './udp/udp-callers.ts';
import { createUdpService } from './udp/udp-service.ts';
import { webhookRow } from './webhooks/webhook-row.ts';
import { createWebhooks } from './webhooks/webhooks.ts';

/** The gateway as an app. */
export interface Gateway {
  /** In the order of their start. */
  readonly services: readonly Service[];
  readonly http: HttpService;
  /** Has connections closed with their next answer: the server is about to stop. */
  quiet(): void;
  /** Why the gateway won't run on this Redis, if it won't. */
  refusal(): RedisUnfitError | undefined;
  /** For the ready line. */
  readyFacts(): Readonly<Record<string, unknown>>;
}

export interface GatewayDeps {
  readonly config: GatewayConfig;
  /** As `loadRegionFunctions` loads them. */
  readonly regionFunctions: RegionFunctions;
  readonly logger: Logger;
  readonly version: string;
}

/** Everything of the gateway, wired; nothing runs yet. */
export function createGateway({ config, regionFunctions, logger, version }: GatewayDeps): Gateway {
  const { variables, workspaces, redis: settings } = config;
  const registry = createRegistry({ app: 'gateway', version });
  const metrics = createGatewayMetrics(registry);

  // Webhooks and notes wait a while for a Redis that is away: they have no spool.
  const redis = createRedis({ settings, purpose: 'worker', connectionName: 'cio-fleet:gateway:queues' });
  redis.on('error', (err) => logger.debug({ err }, 'redis'));
  const gate = createRedisGate({ redis, environment: variables.CIO_FLEET_ENV, logger });

  const guard = createGuard({ ...guardOptions(config), regionFunctions, logger, registry });
  const { admission, intake, keyring } = guard;
  const sinks = createJournalSinks({ redis, logger, registry, intake: config.journal.intake });
  const notes = createNoteLog({ sinkOf: sinks.of });
  const webhooks = createWebhooks({
    workspaces,
    redis,
    registry,
    logger,
    queueMax: variables.GATEWAY_WEBHOOK_QUEUE_MAX,
    forwardConcurrency: variables.GATEWAY_WEBHOOK_FORWARD_CONCURRENCY,
    ...given({
      maxAgeSeconds: variables.GATEWAY_WEBHOOK_MAX_AGE_SECONDS,
      forwardUrl: variables.GATEWAY_WEBHOOK_FORWARD_URL,
    }),
    onUnsigned: guard.unsigned,
    onTaken(workspace, read, receivedAtMs) {
      // Notes are written because somebody asked for it; these only where there is a journal, or they fill its queue for nobody.
      const isKept = config.journal.place !== undefined && read.kind !== 'unreadable';
      if (isKept) sinks.of(workspace).record(webhookRow(workspace, read.event, receivedAtMs));
    },
  });
  const track = createTrackRoutes({
    admission,
    intake,
    isSettled: intake.isSettled,
    workspaces: guard.workspaces,
    metrics,
    logger,
    publicUrl: variables.GATEWAY_PUBLIC_URL,
  });
  const messageIdWindowMs = variables.GATEWAY_MESSAGE_ID_WINDOW_MS;
  const segment = createSegmentRoutes({
    admission,
    intake,
    refusals: intake.refusals,
    metrics,
    logger,
    onUnmapped: guard.unmapped,
    messageIdWindowMs,
  });

  let isQuiet = false;
  const http = createHttpService({
    name: 'http',
    handler: createGatewayApp({
      dialects: [track, segment, createNotesRoutes({ admission, notes, metrics, logger }), webhooks.routes],
      corsOrigins: config.corsOrigins,
      redis: guard.redis,
      spoolDir: variables.GATEWAY_SPOOL_DIR,
      spools: intake.spools,
      registry,
      metrics,
      logger,
      isQuiet: () => isQuiet,
    }),
    host: variables.CIO_FLEET_HOST,
    port: variables.GATEWAY_PORT,
    serverOptions: SERVER_OPTIONS,
    prepare: limitServer,
  });
  const withoutKey = () => callerWithoutKey(variables.GATEWAY_UDP_HOST, guard.workspaces());
  const udp =
    variables.GATEWAY_UDP_PORT === undefined
      ? undefined
      : createUdpService({
          port: variables.GATEWAY_UDP_PORT,
          host: variables.GATEWAY_UDP_HOST,
          receiveBufferBytes: variables.GATEWAY_UDP_BUFFER_BYTES,
          callers: { byWriteKey: keyring.byWriteKey, withoutKey },
          intake,
          notes,
          registry,
          logger,
        });

  return {
    // Stopped in reverse: nothing more is taken in, what was taken becomes durable, then Redis is let go.
    services: [gate, ...guard.services, sinks.service, ...webhooks.services, ...(udp ? [udp] : []), http],
    http,
    quiet() {
      isQuiet = true;
    },
    refusal: gate.refusal,
    readyFacts: () => ({
      port: http.port,
      url: http.url,
      ...(udp && { udpPort: udp.port }),
      workspaces: guard.workspaces().map(({ name }) => name),
    }),
  };
}

function guardOptions(config: GatewayConfig): Omit<GuardOptions, 'logger' | 'registry'> {
  const { variables, workspaces, redis, isTrustedProxy } = config;
  return {
    workspaces,
    settings: redis,
    isTrustedProxy,
    file: { path: config.workspacesFile, load: config.loadWorkspaces },
    ratePerKey: variables.GATEWAY_RATE_PER_KEY,
    ratePerAddress: variables.GATEWAY_RATE_PER_ADDRESS,
    acceptTimeoutMs: variables.GATEWAY_ACCEPT_TIMEOUT_MS,
    laneMaxBytes: variables.CIO_FLEET_LANE_MAX_BYTES,
    spoolMode: variables.GATEWAY_SPOOL_MODE,
    spoolMaxBytes: variables.GATEWAY_SPOOL_MAX_BYTES,
    ...given({ spoolDir: variables.GATEWAY_SPOOL_DIR }),
  };
}

type Given<Options> = { readonly [Name in keyof Options]?: Exclude<Options[Name], undefined> };

/** The options that were given: an option that is undefined is not the same as none. */
function given<Options extends object>(options: Options): Given<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<Options>;
}
