import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Values of these are never shown: they are credentials, or URLs that may hold some. */
const SECRET_NAME = /KEY|SECRET|PASSWORD|TOKEN|URL|CREDENTIAL/;
const MAX_SHOWN_CHARACTERS = 60;

/** One line for one problem: `NAME: expected …, got …; what to do`. */
export function describeProblem(issue: Issue, env: Readonly<Record<string, string | undefined>>): string {
  const name = String(issue.path[0] ?? 'environment');
  const value = env[name];
  const remedy = value === undefined ? `set ${name}` : `correct ${name}, or unset it for its default`;
  return `${name}: expected ${expectation(issue)}, got ${shown(name, value)}; ${remedy}`;
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'string' ? 'a value' : `a value of type ${issue.expected}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    default:
      // Messages of our own say what is expected; zod's begin with what is wrong.
      return issue.message.replace(/^.*?: expected /, '').replace(/^expected /, '');
  }
}

function shown(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  if (SECRET_NAME.test(name)) return `a value of ${value.length} characters (not shown)`;
  return value.length > MAX_SHOWN_CHARACTERS
    ? `"${value.slice(0, MAX_SHOWN_CHARACTERS)}…" (${value.length} characters)`
    : `"${value}"`;
}
