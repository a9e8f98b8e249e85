import { readFileSync } from 'node:fs';
import { parseRedisAddress, type RedisAddress, type RedisTls } from '@cio-fleet/contracts';
import type { Environment } from '@cio-fleet/lifecycle';

/** Where Redis is, and how to trust it. */
export interface RedisSettings {
  readonly address: RedisAddress;
  readonly tls: RedisTls;
}

/** The settings, or every problem with them: one line each, fit for logs. */
export type RedisSettingsResult =
  | { readonly ok: true; readonly settings: RedisSettings }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The variables for TLS: three paths of PEM files, and the name in the certificate where it isn't the host's. */
export const TLS_VARIABLES = {
  ca: 'REDIS_TLS_CA',
  cert: 'REDIS_TLS_CERT',
  key: 'REDIS_TLS_KEY',
  servername: 'REDIS_TLS_SERVERNAME',
} as const satisfies Record<keyof RedisTls, string>;

/**
 * Reads an address and the files that TLS needs.
 *
 * @param redisUrl - as `findRedisUrl` finds it
 */
export function readRedisSettings(redisUrl: string, env: Environment): RedisSettingsResult {
  const parsed = parseRedisAddress(redisUrl);
  const problems = parsed.ok ? [] : [`REDIS_URL: ${parsed.problem.message} (${parsed.problem.code})`];
  const given = Object.entries(TLS_VARIABLES).filter(([, name]) => env[name]);
  if (Boolean(env[TLS_VARIABLES.cert]) !== Boolean(env[TLS_VARIABLES.key])) {
    problems.push(`${TLS_VARIABLES.cert}: expected it together with ${TLS_VARIABLES.key}, got one; set both or none`);
  }
  if (parsed.ok && given.length > 0 && !usesTls(parsed.address)) {
    // Certificates without TLS are a mistake that would send passwords in the clear.
    const names = given.map(([, name]) => name).join(', ');
    problems.push(`${names}: expected an address with TLS (rediss://...), got one without; correct REDIS_URL`);
  }
  const read = given.map(([field, name]) => [field, readValue(field, name, env[name] ?? '', problems)] as const);
  if (!parsed.ok || problems.length > 0) return { ok: false, problems };
  return { ok: true, settings: { address: parsed.address, tls: Object.fromEntries(read) } };
}

function usesTls(address: RedisAddress): boolean {
  return address.kind !== 'socket' && address.tls;
}

function readValue(field: string, name: string, value: string, problems: string[]): string {
  if (field === 'servername') return value;
  try {
    return readFileSync(value, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'failed';
    problems.push(`${name}: expected the path of a PEM file, got ${value} (${code}); correct it (REDIS_TLS_INVALID)`);
    return '';
  }
}
