import { createProducer } from '../producer.ts';
import type { FlushOptions, Producer } from '../producer-calls.ts';
import { PRODUCER_DEFAULTS, type ProducerOptions } from '../producer-options.ts';

const producers = new Map<string, Producer>();

/** One producer, and so one connection and one order, for all clients of a Redis and workspace. */
export function sharedProducer(options: ProducerOptions): Producer {
  const key = keyOf(options);
  const existing = producers.get(key);
  if (existing !== undefined) return existing;
  const producer = createProducer(options);
  const shared: Producer = {
    ...producer,
    close(closeOptions?: FlushOptions) {
      // The next client gets a fresh one.
      if (producers.get(key) === shared) producers.delete(key);
      return producer.close(closeOptions);
    },
  };
  producers.set(key, shared);
  return shared;
}

function keyOf(options: ProducerOptions): string {
  const { redisUrl = PRODUCER_DEFAULTS.redisUrl, workspace = PRODUCER_DEFAULTS.workspace } = options;
  return `${workspace} ${redisUrl}`;
}
