import type { LifecycleLogger } from './logger-port.ts';
import type { Service } from './service.ts';

/**
 * Stops services one after the other, the last first, because a service may rely on those before it. One that fails to
 * stop is logged and doesn't keep the others from stopping.
 *
 * @param onStopping - told the name of each service before its stop
 * @returns whether all of them stopped cleanly
 */
export async function stopServices(
  services: readonly Service[],
  logger: LifecycleLogger,
  onStopping: (name: string) => void,
): Promise<boolean> {
  let isClean = true;
  for (const service of services.toReversed()) {
    onStopping(service.name);
    try {
      await service.stop();
    } catch (err) {
      isClean = false;
      logger.error({ err, service: service.name }, 'service failed to stop');
    }
  }
  return isClean;
}
