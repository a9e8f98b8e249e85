import type { Service } from './service.ts';

/**
 * Services that don't rely on each other, as one: they start in their order and stop all at once, so that stops that take long take
 * it together. A stop reaches each of them at once, also one in the middle of a start that may never end.
 */
export function stoppedTogether(name: string, services: readonly Service[]): Service {
  let isWanted = false;

  async function stop(): Promise<void> {
    isWanted = false;
    const stops = await Promise.allSettled(services.map((each) => each.stop()));
    const failed = stops.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  return {
    name,
    async start() {
      isWanted = true;
      try {
        for (const each of services) if (isWanted) await each.start();
      } catch (error) {
        // Why it could not start is what counts.
        await stop().catch(() => undefined);
        throw error;
      }
    },
    stop,
  };
}
