import { invalid, type Problem } from '../problem.ts';

/** The body as JSON, or why it is none. */
export function parseJson(
  body: Buffer,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: Problem } {
  try {
    return { ok: true, value: JSON.parse(body.toString()) };
  } catch {
    // The parser's message quotes the body, which may hold anything; that it is no JSON is all there is to say.
    return { ok: false, problem: invalid('', 'request body is not valid JSON') };
  }
}
