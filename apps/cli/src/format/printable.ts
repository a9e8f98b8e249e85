// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text that came from elsewhere (reasons, names, error messages), safe for a terminal: an escape sequence in it could
 * hide or fake what is shown. Control characters become `·`; what is longer than `maxLength` is cut.
 */
export function printable(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const clean = text.replace(CONTROL, '·');
  return clean.length > maxLength ? `${clean.slice(0, Math.max(0, maxLength - 1))}…` : clean;
}
