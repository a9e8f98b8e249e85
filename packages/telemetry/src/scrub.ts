/** Credentials inside of free text: the user part of a URL, and what follows an authentication scheme. */
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;
const AUTHORIZATION = /\b(basic|bearer)\s+[a-z0-9+/=._~-]{6,}/gi;

/** Takes credentials out of a text that is about to be logged. */
export function scrub(text: string): string {
  return text.replace(URL_CREDENTIALS, '$1***@').replace(AUTHORIZATION, '$1 ***');
}
