import { readFileSync } from 'node:fs';
import { type ArchiveTarget, type JournalPlace, type PersonPrivacy, readJournalSettings } from '@cio-fleet/journal';
import {
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
import { loadWorkspaceOutlines, WorkspaceConfigError, type WorkspaceOutline } from '@cio-fleet/workspaces';
import { z } from 'zod';
import { createBasicSignIn } from './access/basic-sign-in.ts';
import { isLoopbackHost } from './access/loopback.ts';
import { createOpenSignIn } from './access/open-sign-in.ts';
import { createProxySignIn } from './access/proxy-sign-in.ts';
import type { SignIn } from './access/sign-in.ts';
import { parseUsers } from './access/users.ts';

const schema = z.object({
  DASHBOARD_PORT: envPort().default(3000),
  CIO_FLEET_HOST: z.string().default('127.0.0.1'),
  CIO_FLEET_ENV: z.enum(['development', 'staging', 'production']).default('development'),
  CIO_FLEET_VERSION: envVersion().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  CIO_FLEET_STOP_DEADLINE_MS: envInteger({ min: 1 }).default(25_000),
  DASHBOARD_AUTH: z.enum(['basic', 'proxy', 'none']).optional(),
  DASHBOARD_USERS: z.string().optional(),
  DASHBOARD_PROXY_USER_HEADER: z.string().default('X-Forwarded-User'),
  DASHBOARD_PROXY_GROUPS_HEADER: z.string().default('X-Forwarded-Groups'),
  DASHBOARD_TRUSTED_PROXIES: z.string().optional(),
  DASHBOARD_OPERATORS: z.string().default(''),
  DASHBOARD_REDRIVE_PER_SECOND: envInteger({ min: 1, max: 10_000 }).default(100),
});

type Variables = z.output<typeof schema>;

/** What it reads of the journal's settings: where it is, and under which names persons are in it. */
const JOURNAL_READ_VARIABLES = [
  'DATABASE_URL',
  'JOURNAL_READ_URL',
  'JOURNAL_DIR',
  'JOURNAL_PERSON',
  'JOURNAL_PERSON_KEY',
  'JOURNAL_ARCHIVE',
  'AWS_REGION',
  'AWS_ENDPOINT_URL_S3',
] as const;

/** The names of the variables that the dashboard reads, for the documentation and its test. */
export const DASHBOARD_VARIABLES: readonly string[] = [...Object.keys(schema.shape), ...JOURNAL_READ_VARIABLES];

export interface DashboardConfig {
  readonly host: string;
  readonly port: number;
  readonly environment: Variables['CIO_FLEET_ENV'];
  /** Undefined: that of package.json. */
  readonly version: string | undefined;
  readonly logLevel: Variables['LOG_LEVEL'];
  readonly stopDeadlineMs: number;
  readonly redis: RedisSettings;
  readonly workspaces: readonly WorkspaceOutline[];
  readonly signIn: SignIn;
  readonly redrivePerSecond: number;
  readonly journal: {
    /** Undefined: there is no journal. */
    readonly place: JournalPlace | undefined;
    /** Undefined: days that the journal drops are gone. */
    readonly archive: ArchiveTarget | undefined;
    readonly person: PersonPrivacy;
  };
}

export type DashboardConfigResult =
  | { readonly ok: true; readonly config: DashboardConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The configuration of the dashboard, or every problem with it, one line each. */
export function readDashboardConfig(
  env: Readonly<Record<string, string | undefined>>,
  runFilePath?: string,
): DashboardConfigResult {
  const problems: string[] = [];
  const variables = parseConfig(schema, env);
  if (!variables.ok) problems.push(...variables.problems);
  const workspaces = readWorkspaces(env, problems);
  const redis = readRedis(env, runFilePath, problems);
  const signIn = variables.ok ? readSignIn(variables.config, problems) : undefined;
  const journal = readJournal(withDemoJournal(env, runFilePath), problems);
  if (!variables.ok || redis === undefined || journal === undefined || signIn === undefined || problems.length > 0)
    return { ok: false, problems };
  const { config } = variables;
  return {
    ok: true,
    config: Object.freeze({
      host: config.CIO_FLEET_HOST,
      port: config.DASHBOARD_PORT,
      environment: config.CIO_FLEET_ENV,
      version: config.CIO_FLEET_VERSION,
      logLevel: config.LOG_LEVEL,
      stopDeadlineMs: config.CIO_FLEET_STOP_DEADLINE_MS,
      redis,
      workspaces,
      signIn,
      redrivePerSecond: config.DASHBOARD_REDRIVE_PER_SECOND,
      journal,
    }),
  };
}

function readRedis(
  env: Readonly<Record<string, string | undefined>>,
  runFilePath: string | undefined,
  problems: string[],
): RedisSettings | undefined {
  const found = findRedisUrl(env, runFilePath);
  const result = found.ok ? readRedisSettings(found.redisUrl, env) : { ok: false as const, problems: [found.problem] };
  if (result.ok) return result.settings;
  problems.push(...result.problems);
  return undefined;
}

function readJournal(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): DashboardConfig['journal'] | undefined {
  const given = JOURNAL_READ_VARIABLES.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const read = readJournalSettings(Object.fromEntries(given));
  if (read.ok) {
    const { place, archive, intake } = read.settings;
    return { place, archive, person: intake.person };
  }
  problems.push(...read.problems);
  return undefined;
}

function readWorkspaces(env: Readonly<Record<string, string | undefined>>, problems: string[]) {
  try {
    return loadWorkspaceOutlines(env);
  } catch (error) {
    if (!(error instanceof WorkspaceConfigError)) throw error;
    problems.push(...error.problems.map(({ name, message }) => `${name}: ${message}`));
    return [];
  }
}

function readSignIn(variables: Variables, problems: string[]): SignIn | undefined {
  const mode = variables.DASHBOARD_AUTH ?? (variables.DASHBOARD_USERS === undefined ? 'none' : 'basic');
  if (mode === 'basic') return readBasic(variables, problems);
  if (mode === 'proxy') return readProxy(variables, problems);
  const isExposed = !isLoopbackHost(variables.CIO_FLEET_HOST);
  if (!isExposed && variables.CIO_FLEET_ENV !== 'production') return createOpenSignIn();
  const where = isExposed ? `on ${variables.CIO_FLEET_HOST}` : 'in production';
  problems.push(
    `DASHBOARD_AUTH: expected basic or proxy ${where}, got none; set DASHBOARD_USERS=user:password:role, or DASHBOARD_AUTH=proxy`,
  );
  return undefined;
}

function readBasic(variables: Variables, problems: string[]): SignIn | undefined {
  const given = variables.DASHBOARD_USERS;
  if (given === undefined) {
    problems.push('DASHBOARD_USERS: expected a list of user:password:role or the path of one, got nothing; set it');
    return undefined;
  }
  const text = isPath(given) ? readUsersFile(given, problems) : given;
  if (text === undefined) return undefined;
  const { users, problems: wrong } = parseUsers(text);
  problems.push(...wrong.map((problem) => `DASHBOARD_USERS: ${problem}`));
  return wrong.length === 0 ? createBasicSignIn(users) : undefined;
}

/** An entry has two colons; a path has none, or begins like one. */
function isPath(text: string): boolean {
  return /^\.{0,2}\//.test(text) || !text.includes(':');
}

function readUsersFile(path: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'unknown error';
    problems.push(`DASHBOARD_USERS: expected user:password:role, or the path of a file that can be read, got ${code}`);
    return undefined;
  }
}

function readProxy(variables: Variables, problems: string[]): SignIn | undefined {
  const networks = parseTrustedNetworks(variables.DASHBOARD_TRUSTED_PROXIES ?? '');
  if (!networks.ok) {
    problems.push(...networks.problems.map((problem) => `DASHBOARD_TRUSTED_PROXIES: ${problem}`));
    return undefined;
  }
  return createProxySignIn({
    userHeader: variables.DASHBOARD_PROXY_USER_HEADER.toLowerCase(),
    groupsHeader: variables.DASHBOARD_PROXY_GROUPS_HEADER.toLowerCase(),
    operators: variables.DASHBOARD_OPERATORS.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    isTrusted: networks.contains,
  });
}
