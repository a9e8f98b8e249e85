import { readFileSync } from 'node:fs';
import { runApp } from '@cio-fleet/lifecycle';
import { createLogger } from '@cio-fleet/telemetry';
import { readDashboardConfig } from './config.ts';
import { createDashboard } from './dashboard.ts';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const result = readDashboardConfig(process.env);
if (result.ok) {
  const { config } = result;
  const logger = createLogger({ name: 'dashboard', version: manifest.version, level: config.logLevel });
  const { services, http } = createDashboard(config, logger, manifest.version);
  await runApp({
    services,
    stopDeadlineMs: config.stopDeadlineMs,
    logger,
    readyFacts: () => ({ port: http.port, url: http.url, signIn: config.signIn.mode }),
  });
} else {
  for (const problem of result.problems) process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}
