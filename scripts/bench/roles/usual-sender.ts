import { Queue } from 'bullmq';
import { serveSender } from '../serve-sender.ts';

/** The usual pattern's producer: one BullMQ job per event. */
serveSender(async ({ redisUrl, target }) => {
  const queue = new Queue(target, {
    connection: { url: redisUrl },
    defaultJobOptions: { attempts: 3, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: { count: 100 } },
  });
  await queue.waitUntilReady();
  return {
    enqueue: async ({ person, name, data }) => {
      await queue.add('track', { person, name, data });
    },
    close: () => queue.close(),
  };
});
