import { appVersion, runApp } from '@cio-fleet/lifecycle';
import { createLogger } from '@cio-fleet/telemetry';
import { readDashboardConfig } from './config.ts';
import { createDashboard } from './dashboard.ts';

const result = readDashboardConfig(process.env);
if (result.ok) {
  const { config } = result;
  const version = appVersion({ manifest: new URL('../package.json', import.meta.url), given: config.version });
  const logger = createLogger({ name: 'dashboard', version, level: config.logLevel });
  const { services, http } = createDashboard(config, logger, version);
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
