import { createProducer, type Producer } from '@cio-fleet/producer';
import type { Intake } from '../../src/intake/intake.ts';

/** An intake that is a producer of one workspace and nothing else. */
export interface ProducerIntake extends Intake {
  readonly producer: Producer;
}

export function producerIntake(redisUrl: string, workspace: string): ProducerIntake {
  const producer = createProducer({ redisUrl, workspace });
  return {
    producer,
    accept: ({ source }, operations) =>
      producer.enqueueMany(operations.map((operation) => ({ ...(source !== undefined && { source }), ...operation }))),
  };
}
