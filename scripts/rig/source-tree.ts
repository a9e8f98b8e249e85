/** A copy of the fleet's source that isn't today's: workers and producers run from it. */
export interface SourceTree {
  readonly workerEntry: string;
  /** The numbered producer's process. */
  readonly producerEntry: string;
  remove(): void;
}
