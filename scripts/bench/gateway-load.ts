/** Which requests to send. */
export interface GatewayLoad {
  readonly origin: string;
  /** `single`: an event by Track v1. `batch`: 100 events by Segment's `/v1/batch`. */
  readonly shape: 'single' | 'batch';
  readonly requests: number;
  readonly connections: number;
  /** As fast as the answers come, where it is absent. */
  readonly perSecond?: number;
}

export interface GatewayAnswers {
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
  /** Answers other than 200. */
  readonly refused: number;
}

/** Operations of a batch. */
export const BATCH_OPERATIONS = 100;
