import { type RedisSettings, readRedisSettings } from '../../src/redis-settings.ts';

/** Settings of an address that is known to be right. */
export function settingsOf(redisUrl: string, env: Readonly<Record<string, string>> = {}): RedisSettings {
  const result = readRedisSettings(redisUrl, env);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.settings;
}
