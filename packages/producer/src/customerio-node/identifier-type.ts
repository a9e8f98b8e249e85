/** The kinds of identifier that customerio-node's methods name. */
export const IdentifierType = { Id: 'id', Email: 'email', CioId: 'cio_id' } as const;

export type IdentifierType = (typeof IdentifierType)[keyof typeof IdentifierType];

/** Whether `value` names a kind of identifier. */
export function isIdentifierType(value: unknown): value is IdentifierType {
  return Object.values(IdentifierType).some((type) => type === value);
}
