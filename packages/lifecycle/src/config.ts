import type { z } from 'zod';
import { describeProblem } from './config-problem.ts';

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration, or every problem with it: one line each. */
export type ConfigResult<Config> =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads a configuration out of an environment, deeply frozen. An empty variable counts as unset. */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Environment,
): ConfigResult<z.output<Schema>> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, config: deepFreeze(parsed.data) };
  return { ok: false, problems: parsed.error.issues.map((issue) => describeProblem(issue, given)) };
}

/** Where a configuration comes from, and what to do without one. */
export interface LoadConfigOptions<Schema extends z.ZodType> {
  /** An object schema whose keys are the names of the variables. */
  readonly schema: Schema;
  readonly env: Environment;
  /** @defaultValue writes to stderr */
  readonly writeLine?: (line: string) => void;
  /** @defaultValue process.exit */
  readonly exit?: (code: number) => never;
}

/** The configuration of an app. With problems it writes them all to stderr and exits with 2, before anything connects. */
export function loadConfig<Schema extends z.ZodType>(options: LoadConfigOptions<Schema>): z.output<Schema> {
  const { writeLine = (line: string) => void process.stderr.write(`${line}\n`), exit = process.exit } = options;
  const result = parseConfig(options.schema, options.env);
  if (result.ok) return result.config;
  for (const problem of result.problems) writeLine(problem);
  return exit(2);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
