/** Removes credentials from texts that may be logged: servers and proxies echo what they were sent. */
export type Scrub = (text: string) => string;

const REDACTED = '[redacted]';

/** @param secrets - what must never appear, e.g. an API key and the Basic token made of it */
export function createScrub(secrets: readonly string[]): Scrub {
  const known = secrets.filter((secret) => secret !== '');
  return (text) => known.reduce((scrubbed, secret) => scrubbed.replaceAll(secret, REDACTED), text);
}
