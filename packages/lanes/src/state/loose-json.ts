/**
 * Readers for JSON that another version of the fleet may have written: what is missing or of another type reads as
 * absent, so that a page shows what it can instead of failing.
 */
export function parseObject(text: string | null | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === null || text === undefined) return undefined;
  try {
    return objectOf(JSON.parse(text));
  } catch {
    // Not JSON: not written by us, so there is nothing to show.
    return undefined;
  }
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

export function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
