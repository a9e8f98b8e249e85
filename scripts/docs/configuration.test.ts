import { readFileSync } from 'node:fs';
import { findRedisUrl } from '@cio-fleet/lifecycle';
import { describe, expect, it } from 'vitest';
import { CLI_VARIABLES, readCliConfig } from '../../apps/cli/src/session/config.ts';
import { DASHBOARD_VARIABLES, readDashboardConfig } from '../../apps/dashboard/src/config.ts';
import { gatewaySchema } from '../../apps/gateway/src/config.ts';
import { configSchema as simulatorSchema } from '../../apps/simulator/src/config.ts';
import { workerSchema } from '../../apps/worker/src/config.ts';
import { JOURNAL_VARIABLES, readJournalSettings } from '../../packages/journal/src/settings.ts';
import { PRODUCER_DEFAULTS } from '../../packages/producer/src/producer-options.ts';
import { TLS_VARIABLES } from '../../packages/redis/src/redis-settings.ts';
import { WORKSPACE_VARIABLES } from '../../packages/workspaces/src/from-variables.ts';
import { WORKSPACE_DEFAULTS } from '../../packages/workspaces/src/workspace.ts';
import { workspaceSchema } from '../../packages/workspaces/src/workspace-schema.ts';
import { ROOT, readPage, tableRowsOf } from './pages.ts';

const page = readPage('docs/configuration.md');

/** The rows of the one table of variables. */
const ROWS = tableRowsOf(page.text, 'Variable').map(([name = '', meaning, unit, defaults = '', readBy = '']) => ({
  name: unquote(name),
  meaning,
  unit,
  /** Every literal in the cell. */
  defaults: [...defaults.matchAll(/`([^`]+)`/g)].map(([, literal]) => literal ?? ''),
  readBy: readBy.split(', '),
}));

const WORKSPACE_NAMES = [...Object.values(WORKSPACE_VARIABLES), 'CIO_FLEET_WORKSPACES'];

/** What an app reads to connect to Redis: TLS comes with `@cio-fleet/redis`. */
function redisVariables(app: string): readonly string[] {
  const manifest = readFileSync(`${ROOT}apps/${app}/package.json`, 'utf8');
  return ['REDIS_URL', ...(manifest.includes('@cio-fleet/redis') ? Object.values(TLS_VARIABLES) : [])];
}

/** What each app reads, beside what no schema holds. */
const READ_BY: Readonly<Record<string, readonly string[]>> = {
  worker: [...Object.keys(workerSchema.shape), ...WORKSPACE_NAMES, ...redisVariables('worker'), ...JOURNAL_VARIABLES],
  gateway: [
    ...Object.keys(gatewaySchema.shape),
    ...WORKSPACE_NAMES,
    ...redisVariables('gateway'),
    ...JOURNAL_VARIABLES,
  ],
  dashboard: [...DASHBOARD_VARIABLES, ...WORKSPACE_NAMES, ...redisVariables('dashboard')],
  simulator: Object.keys(simulatorSchema.shape),
  cli: [...CLI_VARIABLES, ...WORKSPACE_NAMES, ...redisVariables('cli'), ...JOURNAL_VARIABLES, 'LOG_LEVEL'],
  'drop-in': ['REDIS_URL', 'CIO_FLEET_WORKSPACE'],
};

/** Defaults that the code shows, by variable. One that depends on the machine or on other variables is not among them. */
function readDefaults(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (name: string, value: unknown) => {
    if (value === undefined || value === '') return;
    found.set(name, (found.get(name) ?? new Set()).add(String(value)));
  };
  const { CIO_FLEET_WORKER_NAME: _host, ...workerFields } = workerSchema.shape;
  for (const fields of [workerFields, simulatorSchema.shape, gatewaySchema.shape]) {
    for (const [name, field] of Object.entries(fields)) add(name, field.parse(undefined));
  }
  const journal = readJournalSettings({});
  if (!journal.ok) throw new Error(journal.problems.join('\n'));
  add('JOURNAL_PAYLOAD', journal.settings.intake.payload);
  add('JOURNAL_PERSON', journal.settings.intake.person);
  add('JOURNAL_RETENTION_DAYS', journal.settings.retentionDays);
  const cli = readCliConfig({});
  add('CIO_FLEET_ENV', cli.environment);
  add('CIO_FLEET_REQUEST_TIMEOUT_MS', cli.requestTimeoutMs);
  const dashboard = readDashboardConfig({ REDIS_URL: 'redis://127.0.0.1' });
  if (!dashboard.ok) throw new Error(dashboard.problems.join('\n'));
  const { host, port, environment, logLevel, stopDeadlineMs, redrivePerSecond } = dashboard.config;
  add('CIO_FLEET_HOST', host);
  add('DASHBOARD_PORT', port);
  add('CIO_FLEET_ENV', environment);
  add('LOG_LEVEL', logLevel);
  add('CIO_FLEET_STOP_DEADLINE_MS', stopDeadlineMs);
  add('DASHBOARD_REDRIVE_PER_SECOND', redrivePerSecond);
  add('CUSTOMERIO_REGION', WORKSPACE_DEFAULTS.region);
  add('CUSTOMERIO_MAX_REQUESTS_PER_SECOND', WORKSPACE_DEFAULTS.maxRequestsPerSecond);
  add('CIO_FLEET_LANES', WORKSPACE_DEFAULTS.lanes);
  add('CIO_FLEET_WORKSPACE', PRODUCER_DEFAULTS.workspace);
  add('REDIS_URL', PRODUCER_DEFAULTS.redisUrl);
  return found;
}

/** Named in the default cell, but by text in the code that no schema shows. */
const WITHOUT_SCHEMA = new Set([
  'DASHBOARD_PROXY_USER_HEADER',
  'DASHBOARD_PROXY_GROUPS_HEADER',
  'CIO_FLEET_REDIS_SERVER',
  'XDG_CACHE_HOME',
]);

describe('docs/configuration.md', () => {
  it('has one row for each variable', () => {
    const names = ROWS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(names.length).toBeGreaterThan(40);
  });

  it.each(Object.entries(READ_BY))('lists every variable that %s reads, and no other', (app, names) => {
    const listed = ROWS.filter(({ readBy }) => readBy.includes(app)).map(({ name }) => name);
    expect(listed.toSorted()).toEqual([...new Set(names)].toSorted());
  });

  it('names only those who read variables', () => {
    const known = [...Object.keys(READ_BY), 'bootstrap', 'tests'];
    expect(ROWS.flatMap(({ readBy }) => readBy).filter((app) => !known.includes(app))).toEqual([]);
  });

  it('says the default that the code has, for each variable', () => {
    const inCode = readDefaults();
    const listed = ROWS.filter(({ name }) => !WITHOUT_SCHEMA.has(name)).map(({ name, defaults }) => [
      name,
      defaults.toSorted(),
    ]);
    expect(listed).toEqual(listed.map(([name]) => [name, [...(inCode.get(name as string) ?? [])].toSorted()]));
  });

  it('says meaning and unit of each variable', () => {
    expect(ROWS.filter(({ meaning, unit }) => !meaning || !unit)).toEqual([]);
  });

  it('lists every field of the workspaces file, and no other', () => {
    const fields = tableRowsOf(page.text, 'Field').map(([name = '']) => unquote(name));
    expect(fields.toSorted()).toEqual(Object.keys(workspaceSchema.shape).toSorted());
  });

  it('shows a workspaces file that can be read', () => {
    const [example = ''] = [...page.text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => json ?? '');
    const { workspaces } = JSON.parse(example) as { workspaces: unknown[] };
    for (const workspace of workspaces) expect(workspaceSchema.safeParse(workspace).success).toBe(true);
  });

  it('quotes the problem that a wrong port makes', () => {
    const result = readDashboardConfig({ REDIS_URL: 'redis://127.0.0.1', DASHBOARD_PORT: 'abc' });
    const [problem = ''] = result.ok ? [] : result.problems;
    expect(page.text).toContain(problem.replaceAll('DASHBOARD_PORT', 'WORKER_PORT'));
  });

  it('says truly that REDIS_URL is needed where no demo runs', () => {
    expect(findRedisUrl({}, '/nowhere/run.json').ok).toBe(false);
  });
});

function unquote(cell: string): string {
  return cell.replaceAll('`', '');
}
