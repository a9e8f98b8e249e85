/**
 * Whether `value` has everything that `expected` has: objects may have more members, everything else is compared by value.
 */
export function matches(value: unknown, expected: unknown): boolean {
  if (Object.is(value, expected)) return true;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(value) &&
      value.length === expected.length &&
      expected.every((item, index) => matches(value[index], item))
    );
  }
  if (typeof expected !== 'object' || expected === null || typeof value !== 'object' || value === null) return false;
  return Object.entries(expected).every(([name, member]) => matches((value as Record<string, unknown>)[name], member));
}
