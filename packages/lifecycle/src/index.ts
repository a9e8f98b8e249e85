export { type AppVersionOptions, appVersion } from './app-version.ts';
export { type ConfigResult, type Environment, type LoadConfigOptions, loadConfig, parseConfig } from './config.ts';
export { sqliteUrl, withDemoJournal } from './demo-journal.ts';
export { envInteger, envPort, envVersion } from './env-fields.ts';
export { createHttpService, type HttpService, type HttpServiceOptions, type ListenOptions } from './http-service.ts';
export type { LifecycleLogger } from './logger-port.ts';
export {
  createOpsHandler,
  type MetricsSource,
  type OpsHandler,
  type OpsOptions,
  type OpsRoute,
  sendJson,
} from './ops-handler.ts';
export { createOpsServer, type OpsServerOptions } from './ops-server.ts';
export { isProcessAlive } from './process-alive.ts';
export { type Readiness, type ReadinessCheck, readReadiness } from './readiness.ts';
export { findRedisUrl, type RedisUrlResult } from './redis-url.ts';
export { type AppOptions, type ProcessEvents, runApp } from './run-app.ts';
export { DEFAULT_RUN_FILE, liveRunFile, type RunFile, readRunFile, removeRunFile, writeRunFile } from './run-file.ts';
export { type Service, type ServiceActions, service } from './service.ts';
export { stoppedTogether } from './stopped-together.ts';
export { parseTrustedNetworks, type TrustedNetworks } from './trusted-networks.ts';
