import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Environment, variable } from './environment.ts';
import { resolveReferences } from './environment-references.ts';
import { variableOf, WORKSPACE_VARIABLES, workspaceFromVariables } from './from-variables.ts';
import type { Workspace, WorkspaceOutline } from './workspace.ts';
import { WorkspaceConfigError, type WorkspaceProblem } from './workspace-config-error.ts';
import { outlineSchema, workspaceSchema } from './workspace-schema.ts';

export const FILE_VARIABLE = 'CIO_FLEET_WORKSPACES';

/** Issues tell what came, so that what is wrong isn't taken for what is not there. */
const REPORTED = { reportInput: true } as const;

/**
 * The workspaces to deliver to: those of the file that `CIO_FLEET_WORKSPACES` names, else the one of the plain variables,
 * named `default`. In the file, a value `$NAME` is read from the environment.
 *
 * @throws {WORKSPACES_INVALID} with every problem at once.
 */
export function loadWorkspaces(env: Environment): readonly Workspace[] {
  return load(env, workspaceSchema, 'required');
}

/**
 * The same without credentials, for processes that only look into Redis: site ids and keys may be absent, and `$NAME` may
 * be unset where one stands.
 *
 * @throws {WORKSPACES_INVALID} with every problem at once.
 */
export function loadWorkspaceOutlines(env: Environment): readonly WorkspaceOutline[] {
  return load(env, outlineSchema, 'optional').map(({ name, region, lanes, maxRequestsPerSecond }) =>
    Object.freeze({ name, region, lanes, maxRequestsPerSecond }),
  );
}

function load<Parsed extends { readonly name: string }>(
  env: Environment,
  schema: z.ZodType<Parsed>,
  credentials: 'required' | 'optional',
): readonly Parsed[] {
  const path = variable(env, FILE_VARIABLE);
  if (path === undefined) {
    const parsed = schema.safeParse(workspaceFromVariables(env), REPORTED);
    if (parsed.success) return Object.freeze([Object.freeze(parsed.data)]);
    throw new WorkspaceConfigError(
      parsed.error.issues.map((issue) => ({ name: variableOf(issue.path[0]), message: describe(issue) })),
    );
  }
  if (variable(env, WORKSPACE_VARIABLES.siteId) !== undefined) {
    throw new WorkspaceConfigError([
      { name: FILE_VARIABLE, message: `expected either this or ${WORKSPACE_VARIABLES.siteId}, got both; unset one` },
    ]);
  }
  const { value, missing } = resolveReferences(readJson(path), env);
  const file = z.strictObject(
    { workspaces: z.array(schema, 'expected a list').min(1, 'expected at least one') },
    'expected {"workspaces": […]}',
  );
  const parsed = file.safeParse(withLanes(value, variable(env, WORKSPACE_VARIABLES.lanes)), REPORTED);
  const unset = missing
    .filter((reference) => credentials === 'required' || !isCredential(reference.path))
    .map((reference) => problemAt(reference.path, `expected the variable ${reference.variable} to be set; set it`));
  const unsetPaths = new Set(missing.map((reference) => reference.path.join('.')));
  const invalid = (parsed.error?.issues ?? [])
    .filter((issue) => !unsetPaths.has(issue.path.join('.')))
    .map((issue) => problemAt(issue.path, describe(issue)));
  const repeated = repeatedNames(value);
  const problems = [...unset, ...invalid, ...repeated];
  if (problems.length > 0 || !parsed.success) throw new WorkspaceConfigError(problems);
  return Object.freeze(parsed.data.workspaces.map((workspace) => Object.freeze(workspace)));
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    // The parser's message quotes the text around the error, which may be a key: only the kind of failure is told.
    const reason =
      cause instanceof SyntaxError ? 'is not JSON' : `can't be read (${(cause as { code?: string }).code})`;
    throw new WorkspaceConfigError([
      { name: FILE_VARIABLE, message: `expected the path of a JSON file, but ${path} ${reason}` },
    ]);
  }
}

/** `CIO_FLEET_LANES` is the default for every workspace that doesn't say otherwise. */
function withLanes(value: unknown, lanes: string | undefined): unknown {
  const list = (value as { workspaces?: unknown } | null)?.workspaces;
  if (lanes === undefined || !Array.isArray(list)) return value;
  return {
    ...(value as object),
    workspaces: list.map((item) => (typeof item === 'object' && item !== null ? { lanes, ...item } : item)),
  };
}

function repeatedNames(value: unknown): WorkspaceProblem[] {
  const list = (value as { workspaces?: unknown } | null)?.workspaces;
  if (!Array.isArray(list)) return [];
  const names = list.map((item) => (item as { name?: unknown } | null)?.name);
  return names.flatMap((name, index) =>
    typeof name === 'string' && names.indexOf(name) < index
      ? [problemAt(['workspaces', index, 'name'], 'expected a name that no other workspace has; rename one')]
      : [],
  );
}

function isCredential(path: readonly PropertyKey[]): boolean {
  return path.some(
    (part) => part === 'siteId' || part === 'apiKey' || part === 'webhookSigningKey' || part === 'writeKey',
  );
}

function problemAt(path: readonly PropertyKey[], message: string): WorkspaceProblem {
  const where = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return { name: `${FILE_VARIABLE} ${where.replace(/^\./, '')}`.trim(), message };
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `unknown ${issue.keys.join(', ')}; remove or rename it`;
  if (issue.code !== 'invalid_type') return issue.message;
  const remedy = issue.input === undefined ? 'set it' : 'correct it';
  return `${issue.message}, got ${kindOf(issue.input)}; ${remedy}`;
}

/** Its kind and no more: values may be secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return 'text';
  return Number.isNaN(value) ? 'none' : `a ${typeof value}`;
}
