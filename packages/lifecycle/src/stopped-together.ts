import { type Service, service } from './service.ts';

/**
 * Services that don't rely on each other, as one: they start in their order and stop all at once, so that stops that take long take
 * it together.
 */
export function stoppedTogether(name: string, services: readonly Service[]): Service {
  async function stop(running: readonly Service[]): Promise<void> {
    const stops = await Promise.allSettled(running.map((each) => each.stop()));
    const failed = stops.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
  return service({
    name,
    async start() {
      const started: Service[] = [];
      try {
        for (const each of services) {
          await each.start();
          started.push(each);
        }
      } catch (error) {
        // Why it could not start is what counts.
        await stop(started).catch(() => undefined);
        throw error;
      }
    },
    stop: () => stop(services),
  });
}
