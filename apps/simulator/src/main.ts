import { readFileSync } from 'node:fs';
import { loadConfig, runApp } from '@cio-fleet/lifecycle';
import { createLogger, createRegistry } from '@cio-fleet/telemetry';
import { configSchema } from './config.ts';
import { createSimulator, type SimulatorAddress } from './server.ts';

const config = loadConfig({ schema: configSchema, env: process.env });
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const logger = createLogger({ name: 'simulator', version, level: config.LOG_LEVEL });
const simulator = createSimulator({
  host: config.CIO_FLEET_HOST,
  port: config.SIMULATOR_PORT,
  latencyMs: config.SIMULATOR_LATENCY_MS,
  maxArrivals: config.SIMULATOR_MAX_ARRIVALS,
  credentials: [
    { siteId: config.CUSTOMERIO_SITE_ID, apiKey: config.CUSTOMERIO_TRACK_API_KEY, region: config.CUSTOMERIO_REGION },
  ],
  registry: createRegistry({ app: 'simulator', version }),
  onError: (error) => logger.error({ err: error }, 'request failed'),
});
let address: SimulatorAddress | undefined;

await runApp({
  services: [
    {
      name: simulator.name,
      async start() {
        address = await simulator.start();
      },
      stop: () => simulator.stop(),
    },
  ],
  logger,
  readyFacts: () => ({ ...address }),
});
