import type { RedisAddress, RedisEndpoint } from './redis-address.ts';

/** What TLS needs beside the address: PEM texts, and the name that the certificate carries where it is not the host. */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

interface Access {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: RedisTls;
}

/** An address in the words of ioredis's options, without its types: producers and workers connect alike. */
export type RedisConnectOptions =
  | {
      readonly kind: 'redis';
      readonly options: Access & {
        readonly host?: string;
        readonly port?: number;
        readonly path?: string;
        readonly db: number;
        readonly name?: string;
        readonly role?: 'master';
        readonly sentinels?: RedisEndpoint[];
        readonly sentinelUsername?: string;
        readonly sentinelPassword?: string;
        readonly enableTLSForSentinelMode?: boolean;
        readonly sentinelTLS?: RedisTls;
      };
    }
  | { readonly kind: 'cluster'; readonly nodes: RedisEndpoint[]; readonly options: Access };

/** @param tls - used only where the address asks for TLS */
export function redisConnectOptions(address: RedisAddress, tls: RedisTls = {}): RedisConnectOptions {
  const { username, password } = address;
  const encrypted = address.kind !== 'socket' && address.tls;
  const access: Access = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(encrypted ? { tls: { ...tls } } : {}),
  };
  switch (address.kind) {
    case 'cluster':
      return { kind: 'cluster', nodes: address.nodes.map((node) => ({ ...node })), options: access };
    case 'single':
      return { kind: 'redis', options: { host: address.host, port: address.port, db: address.db, ...access } };
    case 'socket':
      return { kind: 'redis', options: { path: address.path, db: address.db, ...access } };
    case 'sentinel': {
      const { sentinels, masterName, db, sentinelUsername, sentinelPassword } = address;
      return {
        kind: 'redis',
        options: {
          sentinels: sentinels.map((sentinel) => ({ ...sentinel })),
          name: masterName,
          role: 'master',
          db,
          ...access,
          ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
          ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
          // Sentinels and Redis share one set of certificates; ioredis wants to be told twice.
          ...(encrypted ? { enableTLSForSentinelMode: true, sentinelTLS: { ...tls } } : {}),
        },
      };
    }
  }
}
