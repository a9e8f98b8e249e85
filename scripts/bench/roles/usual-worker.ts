import { Worker } from 'bullmq';
import { TrackClient } from 'customerio-node';
import type { LoadEvent } from '../load.ts';
import { serveRole } from '../serve-role.ts';
import type { SenderConfig } from '../serve-sender.ts';

/** Jobs that the usual worker has in work at a time. */
const CONCURRENCY = 100;

/** The usual pattern's worker: one call of Customer.io's own client per job. */
serveRole({
  connect: async ({ redisUrl, receiverUrl, target }: SenderConfig) => {
    const client = new TrackClient('demo-site', 'demo-key', { url: `${receiverUrl}/api/v1` });
    const worker = new Worker<LoadEvent>(
      target,
      async ({ data: { person, name, data } }) => {
        await client.track(person, { name, data });
      },
      { connection: { url: redisUrl, maxRetriesPerRequest: null }, concurrency: CONCURRENCY },
    );
    worker.on('failed', (_, error) => process.stderr.write(`the usual worker failed a job: ${error.message}\n`));
    await worker.waitUntilReady();
  },
});
