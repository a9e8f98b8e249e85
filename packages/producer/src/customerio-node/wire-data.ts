/** An object of JSON data, as it would have gone over the wire. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What `JSON.stringify` makes of `data`: what customerio-node would have sent (dates as text, no `undefined`). */
export function wireData(data: unknown): unknown {
  const text = JSON.stringify(data);
  return text === undefined ? undefined : JSON.parse(text);
}
