import { createProducer } from '@cio-fleet/producer';
import { serveSender } from '../serve-sender.ts';

/** Our producer as it is. */
serveSender(async ({ redisUrl, target }) => {
  const cio = createProducer({ redisUrl, workspace: target, enqueueTimeoutMs: 10_000 });
  return {
    enqueue: async ({ person, name, data }) => {
      const result = await cio.track(person, name, data);
      if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
    },
    close: async () => {
      await cio.close();
    },
  };
});
