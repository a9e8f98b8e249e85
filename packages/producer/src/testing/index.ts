export { createTestProducer, type TestProducer, type TestProducerOptions } from './test-producer.ts';
export type { EnqueuedOperation } from './test-sink.ts';
