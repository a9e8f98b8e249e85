export { ACL_RULES } from './acl-rules.ts';
export { type CheckRedisOptions, checkRedis, type RedisVerdict } from './check-redis.ts';
export { type CreateRedisOptions, createRedis, type RedisNatMap, type RedisPurpose } from './create-redis.ts';
export { type Finding, fail, findingLine, type Level, ok, skip, warn } from './finding.ts';
export { judgeRedis } from './judge-redis.ts';
export { parseInfo, type RedisFacts, readRedisFacts } from './redis-facts.ts';
export { createRedisGate, type RedisGate, type RedisGateOptions, RedisUnfitError } from './redis-gate.ts';
export { type RedisMemory, readRedisMemory } from './redis-memory.ts';
export {
  type RedisSettings,
  type RedisSettingsResult,
  readRedisSettings,
  TLS_VARIABLES,
} from './redis-settings.ts';
