/** What no log line may hold: each is spelled so that it can't be anything else. */
export const CREDENTIALS = {
  siteId: 'site-of-the-run',
  apiKey: 'track-key-5f2a9c',
  signingKey: 'signing-key-77d0e2',
  redisPassword: 'redis-secret-9e1b40',
  dashboardPassword: 'operator-secret-31aa58',
  wrongApiKey: 'wrong-key-0b7d6f',
  wrongRedisPassword: 'wrong-redis-secret-d4',
  wrongDashboardPassword: 'wrong-operator-secret-6c',
} as const;

/** Persons, and what is said about them. */
export const PERSONS = {
  id: 'person-4711x',
  email: 'ada.lovelace.4711x@example.com',
  anonymousId: 'anonymous-8855x',
  phone: '+15550188554711',
  deviceToken: 'device-token-6622x',
  attribute: 'attribute-value-9933x',
} as const;

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Every spelling in which a secret may turn up. */
export function spellingsOf(secret: string): readonly string[] {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')];
}

/** All that is looked for in logs, with Basic credentials as they go over the wire. */
export function forbidden(): readonly string[] {
  const { siteId, apiKey, wrongApiKey, dashboardPassword, wrongDashboardPassword, ...rest } = CREDENTIALS;
  const pairs = [
    basic(siteId, apiKey),
    basic(siteId, wrongApiKey),
    basic(apiKey, ''),
    basic('otto', dashboardPassword),
    basic('otto', wrongDashboardPassword),
  ].map((header) => header.slice('Basic '.length).replace(/=+$/, ''));
  const secrets = [apiKey, wrongApiKey, dashboardPassword, wrongDashboardPassword, ...Object.values(rest)];
  return [...new Set([...pairs, ...[...secrets, ...Object.values(PERSONS)].flatMap(spellingsOf)])];
}
