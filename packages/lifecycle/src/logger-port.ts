/** What the lifecycle needs of a logger; pino's satisfies it. */
export interface LifecycleLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  fatal(facts: object, message: string): void;
  /** A logger of another level on the same output. */
  child?(bindings: object, options: { readonly level: string }): LifecycleLogger;
}
