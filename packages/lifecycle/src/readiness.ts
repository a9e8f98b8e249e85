/** Answers `ok`, or what is wrong in a few words. It may also throw. */
export type ReadinessCheck = () => Promise<string> | string;

/** The body of `/readyz`. */
export interface Readiness {
  readonly ready: boolean;
  /** `ok`, or what is wrong, by the check's name. */
  readonly checks: Readonly<Record<string, string>>;
}

/**
 * Asks all checks at once. A check that takes longer than `timeoutMs` counts as failed: a probe that hangs tells the
 * supervisor nothing.
 */
export async function readReadiness(
  checks: Readonly<Record<string, ReadinessCheck>>,
  timeoutMs: number,
): Promise<Readiness> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await ask(check, timeoutMs)] as const),
  );
  return { ready: answers.every(([, answer]) => answer === 'ok'), checks: Object.fromEntries(answers) };
}

async function ask(check: ReadinessCheck, timeoutMs: number): Promise<string> {
  const { promise: overdue, resolve } = Promise.withResolvers<string>();
  const timer = setTimeout(() => resolve(`no answer within ${timeoutMs} ms`), timeoutMs);
  try {
    return await Promise.race([check(), overdue]);
  } catch (error) {
    // The message may hold more than a public endpoint should tell, so a code goes first.
    const { code, message } = error as { code?: string; message?: string };
    return code ?? message ?? 'failed';
  } finally {
    clearTimeout(timer);
  }
}
