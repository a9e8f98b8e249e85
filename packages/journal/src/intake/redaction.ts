/** What a redacted value is replaced with. */
export const REDACTED = '[redacted]';

/** Fields that hardly anybody wants in a log, wherever they are. */
export const DEFAULT_REDACTED_FIELDS: readonly string[] = [
  'password',
  'passwd',
  'secret',
  'token',
  'authorization',
  'cookie',
  'api_key',
  'apikey',
  'access_token',
  'refresh_token',
  'card_number',
  'cvc',
  'cvv',
  'iban',
  'ssn',
  'email',
  'phone',
  'first_name',
  'last_name',
  'full_name',
  'address',
  'street',
  'date_of_birth',
  'birthday',
  'ip',
  'ip_address',
];

/** Fields that say who somebody is: redacted on top where persons are hashed, else the payload would give them away. */
export const IDENTITY_FIELDS: readonly string[] = [
  'identifiers',
  'primary',
  'secondary',
  'person',
  'recipient',
  'id',
  'email',
  'phone',
  'cio_id',
  'anonymous_id',
  'user_id',
  'customer_id',
];

/** Decides by a field's name and by where it is. */
export interface Redaction {
  /** @param path - names from the root, joined by dots, lower-cased */
  matches(name: string, path: string): boolean;
  readonly isEmpty: boolean;
}

/**
 * @param rules - a name (`email`: at any depth) or a path from the root (`attributes.plan.price`); case doesn't matter
 */
export function createRedaction(rules: readonly string[]): Redaction {
  const lower = rules.map((rule) => rule.toLowerCase());
  const names = new Set(lower.filter((rule) => !rule.includes('.')));
  const paths = new Set(lower.filter((rule) => rule.includes('.')));
  return {
    isEmpty: lower.length === 0,
    matches: (name, path) => names.has(name) || (paths.size > 0 && paths.has(path)),
  };
}
