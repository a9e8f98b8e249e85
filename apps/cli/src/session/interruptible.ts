/**
 * Runs something that stops cleanly when the user presses Ctrl-C or a supervisor says SIGTERM. The second Ctrl-C ends the
 * process at once, as if this weren't here.
 */
export async function interruptible<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => {
    release();
    controller.abort();
  };
  const release = () => {
    process.off('SIGINT', abort);
    process.off('SIGTERM', abort);
  };
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  try {
    return await run(controller.signal);
  } finally {
    release();
  }
}
