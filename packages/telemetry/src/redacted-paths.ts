/** Fields that hold credentials, wherever our code or a library's object may put them. */
const SECRET_FIELDS = [
  'apiKey',
  'trackApiKey',
  'writeKey',
  'signingKey',
  'webhookSigningKey',
  'password',
  'secret',
  'token',
  'auth',
  'authorization',
  'Authorization',
  'cookie',
] as const;

/** Addresses that may hold credentials; their host stays readable. */
const ADDRESS_FIELDS = ['redisUrl', 'databaseUrl', 'journalReadUrl', 'trackUrl'] as const;

/** Paths for pino's `redact`: at the top, and up to two levels down, which is as deep as our lines go. */
export const REDACTED_PATHS: readonly string[] = [...SECRET_FIELDS, ...ADDRESS_FIELDS].flatMap((field) => [
  field,
  `*.${field}`,
  `*.*.${field}`,
]);
