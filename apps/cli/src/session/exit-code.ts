/** Every exit code of `fleet`. Scripts depend on them. */
export const EXIT_CODES = {
  /** Done. */
  ok: 0,
  /** It was tried and didn't work: an operation was refused, Redis is away. */
  failure: 1,
  /** The command line or the configuration is wrong; nothing was tried. */
  usage: 2,
  /** What was asked for isn't there. */
  notFound: 3,
  /** Redis refuses the credentials, or the user lacks a right. */
  auth: 4,
  /** `doctor` found something that must be mended. */
  unhealthy: 5,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
