import type { Environment } from './environment.ts';

const REFERENCE = /^\$([A-Za-z_][A-Za-z0-9_]*)$/;

/** Replaces every text `$NAME` within `value` by the variable of that name, and lists those that aren't set. */
export function resolveReferences(
  value: unknown,
  env: Environment,
): { readonly value: unknown; readonly missing: readonly { path: readonly PropertyKey[]; variable: string }[] } {
  const missing: { path: readonly PropertyKey[]; variable: string }[] = [];
  const visit = (node: unknown, path: readonly PropertyKey[]): unknown => {
    if (typeof node === 'string') {
      const variable = REFERENCE.exec(node)?.[1];
      if (variable === undefined) return node;
      const resolved = env[variable];
      if (resolved !== undefined && resolved !== '') return resolved;
      missing.push({ path, variable });
      return undefined;
    }
    if (Array.isArray(node)) return node.map((item, index) => visit(item, [...path, index]));
    if (typeof node !== 'object' || node === null) return node;
    // A member whose variable isn't set is left out, as if the file didn't have it.
    const members = Object.entries(node).map(([key, item]) => [key, visit(item, [...path, key])] as const);
    return Object.fromEntries(members.filter(([, item]) => item !== undefined));
  };
  return { value: visit(value, []), missing };
}
