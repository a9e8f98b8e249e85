import { type JournalSettings, readJournalSettings } from '@cio-fleet/journal';
import {
  type Environment,
  envInteger,
  envPort,
  envVersion,
  findRedisUrl,
  parseConfig,
  parseTrustedNetworks,
  withDemoJournal,
} from '@cio-fleet/lifecycle';
import { type RedisSettings, readRedisSettings } from '@cio-fleet/redis';
import { LOG_LEVELS } from '@cio-fleet/telemetry';
import {
  isForwardUrl,
  loadGatewayWorkspaces,
  type Workspace,
  WorkspaceConfigError,
  workspacesFile,
} from '@cio-fleet/workspaces';
import { z } from 'zod';

const milliseconds = (defaultMs: number) => envInteger({ min: 1 }).default(defaultMs);
const httpUrl = (expected: string) => z.url({ protocol: /^https?$/, error: expected });

/** The gateway's environment, beside Redis and the workspaces. docs/configuration.md is tested against it. */
export const gatewaySchema = z.object({
  CIO_FLEET_ENV: z.enum(['development', 'staging', 'production']).default('development'),
  CIO_FLEET_VERSION: envVersion().optional(),
  CIO_FLEET_HOST: z.string().default('127.0.0.1'),
  GATEWAY_PORT: envPort().default(8080),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  CIO_FLEET_STOP_DEADLINE_MS: milliseconds(25_000),
  GATEWAY_PUBLIC_URL: httpUrl('a URL such as https://events.example.com').optional(),
  GATEWAY_ACCEPT_TIMEOUT_MS: milliseconds(2000),
  GATEWAY_SPOOL_DIR: z.string().optional(),
  GATEWAY_SPOOL_MODE: z.enum(['overflow', 'always']).default('overflow'),
  GATEWAY_SPOOL_MAX_BYTES: envInteger({ min: 1 }).default(1_073_741_824),
  GATEWAY_RATE_PER_KEY: envInteger().default(10_000),
  GATEWAY_RATE_PER_ADDRESS: envInteger().default(10_000),
  GATEWAY_TRUSTED_PROXIES: z.string().optional(),
  GATEWAY_CORS_ORIGINS: z.string().optional(),
  CIO_FLEET_LANE_MAX_BYTES: envInteger({ min: 1 }).default(67_108_864),
  GATEWAY_MESSAGE_ID_WINDOW_MS: envInteger({ min: 1000, max: 86_400_000 }).default(3_600_000),
  // fetch refuses credentials in an address.
  GATEWAY_WEBHOOK_FORWARD_URL: z
    .string()
    .refine(isForwardUrl, 'an http or https address without credentials')
    .optional(),
  GATEWAY_WEBHOOK_FORWARD_CONCURRENCY: envInteger({ min: 1, max: 100 }).default(1),
  GATEWAY_WEBHOOK_QUEUE_MAX: envInteger({ min: 1 }).default(100_000),
  GATEWAY_WEBHOOK_MAX_AGE_SECONDS: envInteger({ min: 1 }).optional(),
  GATEWAY_UDP_PORT: envPort().optional(),
  GATEWAY_UDP_HOST: z.string().default('127.0.0.1'),
  GATEWAY_UDP_BUFFER_BYTES: envInteger({ min: 1 }).default(4_194_304),
});

/** What the gateway is told. */
export interface GatewayConfig {
  readonly variables: z.output<typeof gatewaySchema>;
  readonly redis: RedisSettings;
  readonly journal: JournalSettings;
  /** As they were at start; at least one. */
  readonly workspaces: readonly Workspace[];
  /** The file that they stand in; undefined where the plain variables say it all. */
  readonly workspacesFile: string | undefined;
  /** Reads the workspaces again. @throws WorkspaceConfigError with every problem at once */
  readonly loadWorkspaces: () => readonly Workspace[];
  /** Whether an address is one of the operator's own proxies. */
  readonly isTrustedProxy: (address: string | undefined) => boolean;
  /** Pages of these origins may call the gateway. */
  readonly corsOrigins: readonly string[];
}

export type GatewayConfigResult =
  | { readonly ok: true; readonly config: GatewayConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The configuration of the gateway, or every problem with it, one line each. */
export function readGatewayConfig(env: Environment, runFilePath?: string): GatewayConfigResult {
  const problems: string[] = [];
  const variables = parseConfig(gatewaySchema, env);
  if (!variables.ok) problems.push(...variables.problems);
  else if (variables.config.GATEWAY_SPOOL_MODE === 'always' && variables.config.GATEWAY_SPOOL_DIR === undefined) {
    problems.push('GATEWAY_SPOOL_MODE: expected GATEWAY_SPOOL_DIR with always, got none; name a folder');
  }
  const workspaces = readWorkspaces(env, problems);
  const redis = readRedis(env, runFilePath, problems);
  const journal = readJournalSettings(withDemoJournal(env, runFilePath));
  if (!journal.ok) problems.push(...journal.problems);
  const isTrustedProxy = readProxies(env.GATEWAY_TRUSTED_PROXIES || undefined, problems);
  const corsOrigins = readOrigins(env.GATEWAY_CORS_ORIGINS ?? '', problems);
  if (!variables.ok || !journal.ok || redis === undefined || problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    config: Object.freeze({
      variables: variables.config,
      redis,
      journal: journal.settings,
      workspaces,
      workspacesFile: workspacesFile(env),
      loadWorkspaces: () => loadGatewayWorkspaces(env),
      isTrustedProxy,
      corsOrigins,
    }),
  };
}

function readProxies(text: string | undefined, problems: string[]): GatewayConfig['isTrustedProxy'] {
  if (text === undefined) return () => false;
  const networks = parseTrustedNetworks(text);
  if (networks.ok) return networks.contains;
  problems.push(...networks.problems.map((problem) => `GATEWAY_TRUSTED_PROXIES: ${problem}`));
  return () => false;
}

function readOrigins(text: string, problems: string[]): readonly string[] {
  const origins = text.split(/[,\s]+/).filter((origin) => origin !== '');
  const wrong = origins.filter((origin) => origin !== '*' && URL.parse(origin)?.origin !== origin);
  problems.push(
    ...wrong.map(
      (origin) =>
        `GATEWAY_CORS_ORIGINS: expected origins such as https://shop.example.com, got "${origin.slice(0, 60)}"`,
    ),
  );
  return origins;
}

function readWorkspaces(env: Environment, problems: string[]): readonly Workspace[] {
  try {
    return loadGatewayWorkspaces(env);
  } catch (error) {
    if (!(error instanceof WorkspaceConfigError)) throw error;
    problems.push(...error.problems.map(({ name, message }) => `${name}: ${message}`));
    return [];
  }
}

function readRedis(env: Environment, runFilePath: string | undefined, problems: string[]): RedisSettings | undefined {
  const found = findRedisUrl(env, runFilePath);
  const result = found.ok ? readRedisSettings(found.redisUrl, env) : { ok: false as const, problems: [found.problem] };
  if (result.ok) return result.settings;
  problems.push(...result.problems);
  return undefined;
}
