/** The shape of `process.env`. Libraries are handed it by an app's `config.ts`; they never read it themselves. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable's value; an empty one counts as not set, as compose files and charts leave it. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
