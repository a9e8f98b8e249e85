/** What bootstrap can't mend; the message says what was expected, what came, and what to do. */
export class BootstrapError extends Error {}

/** Tells the user something, on stderr. */
export function say(text) {
  process.stderr.write(`bootstrap: ${text}\n`);
}
