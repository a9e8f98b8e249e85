import type { JsonObject } from '../json.ts';

const MAX_DELIVERIES = 10_000;
const MAX_METRICS_PER_DELIVERY = 100;

/** Metrics reported for deliveries. The simulator sends no messages, so it takes any delivery id. */
export class Deliveries {
  readonly #metrics = new Map<string, JsonObject[]>();

  report(deliveryId: string, metric: JsonObject): void {
    const metrics = this.#metrics.get(deliveryId) ?? [];
    if (metrics.length === 0) {
      for (const oldest of this.#metrics.keys()) {
        if (this.#metrics.size < MAX_DELIVERIES) break;
        this.#metrics.delete(oldest);
      }
      this.#metrics.set(deliveryId, metrics);
    }
    if (metrics.length >= MAX_METRICS_PER_DELIVERY) metrics.shift();
    metrics.push(metric);
  }

  read(deliveryId: string): readonly JsonObject[] | undefined {
    return this.#metrics.get(deliveryId);
  }
}
