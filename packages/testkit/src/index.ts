export { type FleetProcess, type FleetProcessOptions, runFleetProcess } from './fleet-process.ts';
export { freePort } from './free-port.ts';
export { type GuardedProcess, type GuardedProcessOptions, spawnGuarded } from './guarded-process.ts';
export { type PickyProxy, startPickyProxy } from './picky-proxy.ts';
export { findRedisBinary } from './redis-binary.ts';
export { type EmbeddedRedis, type RedisOptions, startRedis } from './redis-server.ts';
export { uniqueWorkspace } from './unique-workspace.ts';
export type { ProvidedRedis } from './vitest/provided-context.ts';
export { type WaitForOptions, waitFor } from './wait-for.ts';
