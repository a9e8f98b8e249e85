/** The CLI's own checks speak as those of Redis do. */
export { type Finding, fail, type Level, ok, skip, warn } from '@cio-fleet/redis';
