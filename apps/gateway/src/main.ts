import { appVersion, runApp } from '@cio-fleet/lifecycle';
import { createLogger } from '@cio-fleet/telemetry';
import { type GatewayConfig, readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';
import { loadRegionFunctions, type RegionFunctions } from './intake/regions/region-modules.ts';

const result = readGatewayConfig(process.env);
const regions = result.ok ? await readRegions(result.config) : undefined;
if (result.ok && regions !== undefined) {
  const { config } = result;
  const { LOG_LEVEL, CIO_FLEET_STOP_DEADLINE_MS, CIO_FLEET_VERSION } = config.variables;
  const version = appVersion({ manifest: new URL('../package.json', import.meta.url), given: CIO_FLEET_VERSION });
  const logger = createLogger({ name: 'gateway', version, level: LOG_LEVEL });
  const gateway = createGateway({ config, regionFunctions: regions, logger, version });
  await runApp({
    services: gateway.services,
    stopDeadlineMs: CIO_FLEET_STOP_DEADLINE_MS,
    logger,
    onQuiet: gateway.quiet,
    exit: (code) => process.exit(gateway.refusal() === undefined ? code : 2),
    readyFacts: gateway.readyFacts,
  });
} else {
  for (const problem of result.ok ? [] : result.problems) process.stderr.write(`${problem}\n`);
  process.exitCode = 2;
}

/** The functions of region rules; with a problem it writes it to stderr. */
async function readRegions({ workspaces }: GatewayConfig): Promise<RegionFunctions | undefined> {
  try {
    return await loadRegionFunctions(workspaces);
  } catch (error) {
    process.stderr.write(`CIO_FLEET_WORKSPACES: ${(error as Error).message}\n`);
    return undefined;
  }
}
