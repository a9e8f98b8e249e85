import type { Operation, Refusal } from '@cio-fleet/contracts';

// Stands in for contracts' builders and validation until they exist there.
type Given = { readonly timestamp?: unknown } | undefined;
const person = (p: unknown) => (typeof p === 'object' ? p : { id: String(p) });
const clean = (value: Record<string, unknown>) => {
  for (const key of Object.keys(value)) if (value[key] === undefined) delete value[key];
  return value;
};
const event = (action: string) => (p: unknown, name: unknown, attributes?: unknown, options?: Given) =>
  clean({ type: 'person', action, identifiers: person(p), name, attributes, timestamp: options?.timestamp });
const state = (action: string) => (p: unknown) => ({ type: 'person', action, identifiers: person(p) });
const ref = (o: { typeId?: unknown; id?: unknown }) => ({ object_type_id: String(o.typeId), object_id: String(o.id) });

export const identify = (p: unknown, attributes?: unknown, options?: Given) =>
  clean({ type: 'person', action: 'identify', identifiers: person(p), attributes, timestamp: options?.timestamp });
export const track = event('event');
export const page = event('page');
export const screen = event('screen');
export const trackAnonymous = (anonymousId: unknown, name: unknown, attributes?: unknown, options?: Given) =>
  event('event')({ anonymous_id: anonymousId }, name, attributes, options);
export const suppress = state('suppress');
export const unsuppress = state('unsuppress');
export const deletePerson = state('delete');
export const merge = (a: unknown, b: unknown) => ({
  type: 'person',
  action: 'merge',
  primary: person(a),
  secondary: person(b),
});

export function validateOperation(
  input: unknown,
): { ok: true; operation: Operation; json: string; bytes: number } | { ok: false; refusal: Refusal } {
  const json = JSON.stringify(input);
  return { ok: true, operation: input as Operation, json, bytes: Buffer.byteLength(json) };
}

type Loose = Record<string, unknown>;
export const addDevice = (p: unknown, d: { token?: unknown; platform?: unknown; lastUsed?: unknown; attributes?: unknown }) => ({
  type: 'person',
  action: 'add_device',
  identifiers: person(p),
  device: clean({ token: d.token, platform: d.platform, last_used: d.lastUsed, attributes: d.attributes } as Loose),
});
export const deleteDevice = (p: unknown, token: unknown) => ({
  type: 'person',
  action: 'delete_device',
  identifiers: person(p),
  device: { token },
});
export const relate = (p: unknown, o: { typeId?: unknown; id?: unknown }, attributes?: unknown) => ({
  type: 'person',
  action: 'add_relationships',
  identifiers: person(p),
  cio_relationships: [clean({ identifiers: ref(o), relationship_attributes: attributes })],
});
export const unrelate = (p: unknown, o: { typeId?: unknown; id?: unknown }) => ({
  type: 'person',
  action: 'delete_relationships',
  identifiers: person(p),
  cio_relationships: [{ identifiers: ref(o) }],
});
export const identifyObject = (o: { typeId?: unknown; id?: unknown }, attributes?: unknown) =>
  clean({ type: 'object', action: 'identify', identifiers: ref(o), attributes });
export const deleteObject = (o: { typeId?: unknown; id?: unknown }) => ({
  type: 'object',
  action: 'delete',
  identifiers: ref(o),
});
