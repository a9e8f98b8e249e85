import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { type OpsRoute, type Readiness, type ReadinessCheck, readReadiness, sendJson } from '@cio-fleet/lifecycle';

export interface ReadinessOptions {
  /** Answers `ok`, or what is wrong with Redis. */
  readonly redis: ReadinessCheck;
  /** The folder of the spools. @defaultValue none: without Redis nothing can be made durable */
  readonly spoolDir?: string | undefined;
  /** How long a check may take, in ms. @defaultValue 2000 */
  readonly checkTimeoutMs?: number;
}

/** A spool with less free space than this can't take over for long, in bytes. */
const MIN_FREE_BYTES = 16 * 1024 * 1024;

/** `/readyz`: ready as long as operations can be made durable, in Redis or in the spool. */
export function createReadiness(options: ReadinessOptions): OpsRoute {
  return async (_request, response) => {
    const readiness = await readGatewayReadiness(options);
    sendJson(response, readiness.ready ? 200 : 503, readiness);
  };
}

async function readGatewayReadiness(options: ReadinessOptions): Promise<Readiness> {
  const { redis, spoolDir, checkTimeoutMs = 2_000 } = options;
  const checks = { redis, ...(spoolDir !== undefined && { spool: () => checkSpool(spoolDir) }) };
  const { checks: answers } = await readReadiness(checks, checkTimeoutMs);
  return { ready: answers.redis === 'ok' || answers.spool === 'ok', checks: answers };
}

async function checkSpool(folder: string): Promise<string> {
  await access(folder, constants.W_OK);
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < MIN_FREE_BYTES ? 'disk almost full' : 'ok';
}
