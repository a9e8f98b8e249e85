import { usageError } from './cli-error.ts';

/**
 * A JSON object given as an option. Parsed by us and not by commander, whose message would repeat the text, and that may be
 * personal.
 *
 * @throws CliError (exit code 2)
 */
export function jsonObjectOption(flag: string, text: string): Readonly<Record<string, unknown>> {
  const expected = `${flag}: expected a JSON object such as '{"plan":"pro"}'`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw usageError(`${expected}, got text of ${text.length} characters that is not JSON; check the quotes`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw usageError(`${expected}, got JSON of another kind`);
}
