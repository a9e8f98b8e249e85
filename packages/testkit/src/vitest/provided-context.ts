declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the Redis that all tests of this run share: `inject('redisUrl')`. Keep to a workspace of your own. */
    redisUrl: string;
  }
}

/** What the global set-up gives to tests through vitest's `inject`. */
export interface ProvidedRedis {
  readonly redisUrl: string;
}
