import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { type OpsRoute, type Readiness, type ReadinessCheck, readReadiness, sendJson } from '@cio-fleet/lifecycle';
import type { SpoolState } from '@cio-fleet/producer';

export interface ReadinessOptions {
  /** Answers `ok`, or what is wrong with Redis. */
  readonly redis: ReadinessCheck;
  /** The folder of the spools. @defaultValue none: without Redis nothing can be made durable */
  readonly spoolDir?: string | undefined;
  /** What the spools say themselves, by workspace. */
  readonly spools: () => ReadonlyMap<string, Pick<SpoolState, 'problemCode'>>;
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
  const { redis, spoolDir, spools, checkTimeoutMs = 2_000 } = options;
  const checks = {
    redis,
    ...(spoolDir !== undefined && { spool: async () => spoolTrouble(spools()) ?? (await checkFolder(spoolDir)) }),
  };
  const { checks: answers } = await readReadiness(checks, checkTimeoutMs);
  return { ready: answers.redis === 'ok' || answers.spool === 'ok', checks: answers };
}

/** The trouble of all spools; undefined while one of them can take something, for then not every call is refused. */
export function spoolTrouble(spools: ReturnType<ReadinessOptions['spools']>): string | undefined {
  const codes = [...spools.values()].map(({ problemCode }) => problemCode);
  return codes.includes(undefined) ? undefined : codes[0];
}

async function checkFolder(folder: string): Promise<string> {
  await access(folder, constants.W_OK);
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < MIN_FREE_BYTES ? 'disk almost full' : 'ok';
}
