type JsonObject = Readonly<Record<string, unknown>>;

/** The members of a device that Customer.io reads; SDKs send null, or empty text, for what there is none of. */
export function knownOfDevice(device: unknown): unknown {
  if (!isJsonObject(device)) return device;
  const { token, platform, last_used, attributes } = device;
  const known = Object.entries({ token, platform, last_used, attributes: withoutNulls(attributes) });
  return Object.fromEntries(known.filter(([, member]) => isGiven(member) && member !== ''));
}

/** What Customer.io reads of each relationship in a list. */
export function knownOfRelationships(relationships: unknown): unknown {
  if (!Array.isArray(relationships)) return relationships;
  return relationships.map((entry: unknown) => {
    if (!isJsonObject(entry)) return entry;
    const { identifiers, relationship_attributes } = entry;
    const known = Object.entries({ identifiers, relationship_attributes });
    return Object.fromEntries(known.filter(([, member]) => isGiven(member)));
  });
}

/** Attributes of a device are text: null stands for none. */
function withoutNulls(attributes: unknown): unknown {
  if (!isJsonObject(attributes)) return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));
}

function isGiven(member: unknown): boolean {
  return member !== undefined && member !== null;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
