import { type JournalSettings, readJournalSettings } from '@cio-fleet/journal';
import { type Environment, findRedisUrl, parseConfig, withDemoJournal } from '@cio-fleet/lifecycle';
import { type RedisSettings, readRedisSettings } from '@cio-fleet/redis';
import { loadWorkspaces, type Workspace, WorkspaceConfigError } from '@cio-fleet/workspaces';
import { rolesOf, type WorkerConfig, type WorkerRole, workerSchema } from './config.ts';

/** All that a worker is told. */
export interface WorkerSettings {
  readonly config: WorkerConfig;
  readonly workspaces: readonly Workspace[];
  readonly redis: RedisSettings;
  readonly journal: JournalSettings;
  readonly roles: ReadonlySet<WorkerRole>;
}

export type WorkerSettingsResult =
  | { readonly ok: true; readonly settings: WorkerSettings }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The configuration of a worker, or every problem with it, one line each. */
export function readWorkerSettings(env: Environment, runFilePath?: string): WorkerSettingsResult {
  const problems: string[] = [];
  const variables = parseConfig(workerSchema, env);
  if (!variables.ok) problems.push(...variables.problems);
  const workspaces = readWorkspaces(env, problems);
  const redis = readRedis(env, runFilePath, problems);
  const journal = readJournalSettings(withDemoJournal(env, runFilePath));
  if (!journal.ok) problems.push(...journal.problems);
  if (!variables.ok || !journal.ok || redis === undefined) return { ok: false, problems };

  const { config } = variables;
  const { settings } = journal;
  const roles = rolesOf(config, settings.place !== undefined);
  if (settings.place === undefined && roles.has('journal')) {
    problems.push(
      'CIO_FLEET_ROLES: expected a journal for the role journal, got none; set DATABASE_URL or JOURNAL_DIR',
    );
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, settings: Object.freeze({ config, workspaces, redis, journal: settings, roles }) };
}

function readWorkspaces(env: Environment, problems: string[]): readonly Workspace[] {
  try {
    return loadWorkspaces(env);
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
