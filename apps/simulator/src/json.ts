/** A JSON object as `JSON.parse` gives it. Its keys are hostile: never copy them onto an object with a prototype. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for `{...}`, false for arrays, null and scalars. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * True when `value` nests deeper than `levels`. Flat values cost one pass over their keys. `JSON.parse` accepts any
 * depth, `JSON.stringify` overflows the stack at some thousands, so everything is measured before it is kept.
 */
export function nestsDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const object = value as JsonObject;
  for (const key in object) {
    const child = object[key];
    if (typeof child === 'object' && child !== null && nestsDeeperThan(child, levels - 1)) return true;
  }
  return false;
}

/** True when the UTF-8 form of `text` is longer than `maxBytes`; exact, and free for short texts. */
export const isLongerThanBytes = (text: string, maxBytes: number): boolean =>
  text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes);
