import type { ProducerOptions } from '../producer-options.ts';

/**
 * Where the drop-in writes. It takes the place of a client that was told everything by its constructor, so it alone in this
 * package reads the environment.
 */
export function settingsFromEnvironment(env: Readonly<Record<string, string | undefined>>): ProducerOptions {
  const { REDIS_URL: redisUrl, CIO_FLEET_WORKSPACE: workspace } = env;
  return { ...(redisUrl ? { redisUrl } : {}), ...(workspace ? { workspace } : {}) };
}

let hasWarned = false;

/** Says once per process that what the constructor was given is not used. */
export function warnIgnored(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    'TrackClient of @cio-fleet/producer ignores site id, API key, region and transport options: the workers hold them. ' +
      'It writes to REDIS_URL, workspace CIO_FLEET_WORKSPACE.',
    { type: 'CioFleetWarning', code: 'CREDENTIALS_IGNORED' },
  );
}
