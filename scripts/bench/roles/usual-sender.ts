import { Queue } from 'bullmq';
import { SERVICES } from '../plan.ts';
import { serveSender } from '../serve-sender.ts';

/** The usual pattern's producers: one BullMQ job per event. */
serveSender(async ({ redisUrl, target }) => {
  const services = Array.from(
    { length: SERVICES },
    () =>
      new Queue(target, {
        connection: { url: redisUrl },
        defaultJobOptions: {
          attempts: 3,
          backoff: { type: 'exponential', delay: 1000 },
          removeOnComplete: { count: 100 },
        },
      }),
  );
  await Promise.all(services.map((queue) => queue.waitUntilReady()));
  return {
    enqueue: async ({ person, name, data }) => {
      await services[data.n % SERVICES]?.add('track', { person, name, data });
    },
    close: async () => {
      await Promise.all(services.map((queue) => queue.close()));
    },
  };
});
